import { isDeepStrictEqual } from 'node:util';
import { answer } from './batches.ts';
import { consumedByRead, consumedByWrite } from './capacity.ts';
import { DynamoDBException, invalid, reasonOfFailedCondition, transactionCanceled } from './errors.ts';
import type { TransactInput } from './input.ts';
import { readItemAt } from './item-read.ts';
import { prepareWrite, type WriteKind } from './item-write.ts';
import { type State, tableOf } from './state.ts';

const MAX_ACTIONS = 100;

/** A token stands for its request so long, milliseconds. */
const TOKEN_MS = 10 * 60_000;

function actionsOf({ TransactItems }: TransactInput) {
  if (!TransactItems?.length)
    throw invalid(
      "Value [] at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  if (TransactItems.length > MAX_ACTIONS) throw invalid('Member must have length less than or equal to 100');
  return TransactItems.map((one) => Object.entries(one).find(([, input]) => input !== undefined));
}

/** TransactWriteItems, which knows the requests of the last ten minutes by their tokens. */
export class WriteTransactions {
  /** Oldest first. */
  readonly #done = new Map<string, { at: number; input: TransactInput }>();
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  run(input: TransactInput): object {
    const { ClientRequestToken: token } = input;
    if (token !== undefined && this.#wasDone(token, input)) return {};
    const output = writeAll(this.#state, input);
    if (token !== undefined) this.#done.set(token, { at: this.#state.now(), input });
    return output;
  }

  #wasDone(token: string, input: TransactInput): boolean {
    const oldest = this.#state.now() - TOKEN_MS;
    for (const [key, { at }] of this.#done) {
      if (at >= oldest) break;
      this.#done.delete(key);
    }
    const before = this.#done.get(token);
    if (before && !isDeepStrictEqual(before.input.TransactItems, input.TransactItems))
      throw new DynamoDBException('IdempotentParameterMismatchException', '');
    return before !== undefined;
  }
}

function writeAll(state: State, input: TransactInput): object {
  const writes = actionsOf(input).map((action) => {
    const [kind, write] = action ?? [];
    if (!write || !/^(Put|Update|Delete|ConditionCheck)$/.test(`${kind}`))
      throw invalid('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request');
    return { kind, ...prepareWrite(state, kind as WriteKind, write) };
  });
  if (new Set(writes.map(({ id }) => id)).size < writes.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  const befores = writes.map(({ table, place }) => table.rows.get(place)?.item);
  const outcomes = writes.map(({ isMet, showsOld, next }, index) => {
    const before = befores[index];
    return isMet(before)
      ? { reason: { Code: 'None' }, after: next(before) }
      : { reason: reasonOfFailedCondition(showsOld ? before : undefined), after: undefined };
  });
  const reasons = outcomes.map(({ reason }) => reason);
  if (reasons.some(({ Code }) => Code !== 'None')) throw transactionCanceled(reasons);
  const done = writes.map(({ kind, table, place }, index) => {
    const [before, after] = [befores[index], outcomes[index]?.after];
    const isCheck = kind === 'ConditionCheck';
    return {
      table,
      written: isCheck ? { before, after, indexWrites: new Map() } : state.write(table, place, after),
    };
  });
  return answer({}, input.ReturnConsumedCapacity, () =>
    done.map(({ table, written }) => consumedByWrite(table, written, 2)),
  );
}

export function transactGetItems(state: State, input: TransactInput): object {
  const reads = actionsOf(input).map((action) => {
    const [kind, read] = action ?? [];
    if (!read || kind !== 'Get')
      throw invalid('Invalid Request: TransactGetItems should contain Get request');
    return readItemAt(tableOf(state, read.TableName), { ...read, ConsistentRead: true });
  });
  if (new Set(reads.map(({ id }) => id)).size < reads.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  const Responses = reads.map(({ found }) => (found ? { Item: found } : {}));
  return answer({ Responses }, input.ReturnConsumedCapacity, () =>
    reads.map(({ consumed: { table, units } }) => consumedByRead(table, 2 * units)),
  );
}
