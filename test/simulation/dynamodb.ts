import type { Item } from '../../local/dynamodb/memory/attribute-value.ts';
import { marshalled, unmarshalled } from './attribute-values.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { type Operation, subjectsOf } from './stand-ins.ts';
import type { TableModel } from './table-model.ts';

type Input = Record<string, unknown>;
type Plain = Record<string, unknown>;

/** The SDK's attempts and its timeout, milliseconds: shared/store/table.ts. */
const ATTEMPTS = 6;
const TIMEOUT_MS = 3_000;

/** Attributes of inputs that are items, or parts of items. */
const VALUES = ['Item', 'Key', 'ExclusiveStartKey', 'ExpressionAttributeValues'];

/** DynamoDB as the document client reaches it: with time, repeats and everything that can go wrong on the way. */
export class DynamoDB {
  readonly #model: TableModel;
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #random: Random;
  calls = 0;

  /** Writes of this are slow; see `subjectsOf`. */
  readonly #slowAt: string | undefined;

  constructor(
    model: TableModel,
    scheduler: Scheduler,
    faults: Faults,
    random: Random,
    slowAt: string | undefined,
  ) {
    this.#slowAt = slowAt;
    this.#model = model;
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#random = random;
  }

  /** What the client's `send` does. */
  async send(operation: Operation, input: Input): Promise<unknown> {
    this.calls += 1;
    const typed = toTyped(operation, input);
    // Long enough for readers to lose their patience.
    if (this.#isSlow(operation, input)) await this.#scheduler.sleep(this.#random.between(500, 3_500));
    /** Of a transaction: its request token lets it be carried out once. */
    let done: { output: Plain } | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt === ATTEMPTS;
      await this.#travel();
      if (this.#faults.happens('throttled')) {
        if (isLast) throw named('ProvisionedThroughputExceededException');
      } else if (this.#faults.happens('requestLost')) {
        await this.#noticeLoss();
        if (isLast) throw named('TimeoutError');
      } else {
        const output = done?.output ?? this.#carryOut(operation, typed);
        if (operation === 'TransactWriteItems') done = { output };
        if (!this.#faults.happens('answerLost')) {
          await this.#travel();
          return fromTyped(output);
        }
        await this.#noticeLoss();
        if (isLast) throw named('TimeoutError');
      }
      await this.#scheduler.sleep(this.#random.between(10, 100) * 2 ** attempt);
    }
  }

  #isSlow(operation: Operation, input: Input): boolean {
    if (this.#slowAt === undefined || operation === 'GetItem') return false;
    return subjectsOf(input).includes(this.#slowAt) && this.#faults.happens('slowWrite');
  }

  #carryOut(operation: Operation, typed: Plain): Plain {
    const isWrite = !['GetItem', 'Query', 'BatchGetItem'].includes(operation);
    if (isWrite && this.#faults.happens('conflict')) throw conflictOf(operation, typed);
    if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return this.#batch(operation, typed);
    const isStale = this.#isStale(operation, typed);
    if (operation !== 'Query') return this.#model.call(operation, typed, isStale);
    const limit = this.#faults.happens('shortPage') ? this.#random.integer(1, 3) : Number.POSITIVE_INFINITY;
    const Limit = Math.min(limit, Number(typed.Limit ?? Number.POSITIVE_INFINITY));
    const bounded = Number.isFinite(Limit) ? { ...typed, Limit } : typed;
    return this.#model.call(operation, bounded, isStale);
  }

  /** Whether an eventually consistent read is one that shows. */
  #isStale(operation: Operation, { ConsistentRead }: Plain): boolean {
    const mayBe = (operation === 'GetItem' || operation === 'Query') && ConsistentRead !== true;
    return mayBe && this.#faults.happens('staleRead');
  }

  /** Some of what is asked may be left undone. */
  #batch(operation: 'BatchGetItem' | 'BatchWriteItem', typed: Plain): Plain {
    const left = operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems';
    const [[name, asked]] = Object.entries(typed.RequestItems as Plain) as [[string, unknown]];
    const list = (operation === 'BatchGetItem' ? (asked as { Keys: unknown[] }).Keys : asked) as unknown[];
    if (list.length < 2 || !this.#faults.happens('unprocessed'))
      return this.#model.call(operation, typed, false);
    const some = Math.ceil(list.length / 2);
    const of = (part: unknown[]) =>
      operation === 'BatchGetItem' ? { ...(asked as object), Keys: part } : part;
    const output = this.#model.call(
      operation,
      { ...typed, RequestItems: { [name]: of(list.slice(0, some)) } },
      false,
    );
    return { ...output, [left]: { [name]: of(list.slice(some)) } };
  }

  #travel(): Promise<void> {
    const isSlow = this.#faults.happens('slowRequest');
    return this.#scheduler.sleep(isSlow ? this.#random.between(50, 2_500) : this.#random.between(0.5, 4));
  }

  /** A connection that breaks, or a request that is waited for in vain. */
  #noticeLoss(): Promise<void> {
    return this.#scheduler.sleep(this.#random.chance(0.7) ? this.#random.between(1, 30) : TIMEOUT_MS);
  }
}

const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });

function conflictOf(operation: Operation, { TransactItems = [] }: { TransactItems?: unknown }): Error {
  if (operation !== 'TransactWriteItems') return named('TransactionConflictException');
  const CancellationReasons = (TransactItems as unknown[]).map((_, index) => ({
    Code: index === 0 ? 'TransactionConflict' : 'None',
  }));
  return named('TransactionCanceledException', { CancellationReasons });
}

/** Marshals what of an input are values. */
function typedFields(input: Plain): Plain {
  const typed: Plain = { ...input };
  for (const name of VALUES) if (typed[name] !== undefined) typed[name] = marshalled(typed[name] as object);
  return typed;
}

export function toTyped(operation: Operation, input: Input): Plain {
  if (operation === 'TransactWriteItems') {
    const items = input.TransactItems as Record<string, Plain>[];
    const typed = items.map((item) =>
      Object.fromEntries(Object.entries(item).map(([kind, part]) => [kind, typedFields(part)])),
    );
    return { ...input, TransactItems: typed };
  }
  if (operation !== 'BatchGetItem' && operation !== 'BatchWriteItem') return typedFields(input);
  const tables = Object.entries(input.RequestItems as Record<string, unknown>).map(([name, asked]) => [
    name,
    operation === 'BatchGetItem'
      ? { ...(asked as Plain), Keys: (asked as { Keys: object[] }).Keys.map(marshalled) }
      : (asked as Record<string, Plain>[]).map((one) =>
          Object.fromEntries(Object.entries(one).map(([kind, part]) => [kind, typedFields(part)])),
        ),
  ]);
  return { ...input, RequestItems: Object.fromEntries(tables) };
}

const plain = (item: unknown) => unmarshalled(item as Item);

const plainAll = (items: unknown) => (items as Item[]).map(unmarshalled);

/** What of an output is values. */
const plainFields: Readonly<Record<string, (field: unknown) => unknown>> = {
  ...{ Item: plain, Items: plainAll, Attributes: plain, LastEvaluatedKey: plain },
  Responses: (tables) => eachTable(tables, plainAll),
  UnprocessedKeys: (tables) =>
    eachTable(tables, (asked) => ({ ...(asked as Plain), Keys: plainAll((asked as Plain).Keys) })),
  UnprocessedItems: (tables) => eachTable(tables, (writes) => (writes as Writes).map(plainWrite)),
};

export function fromTyped(output: Plain): Plain {
  const result: Plain = {};
  for (const name of Object.keys(output)) {
    const plainField = plainFields[name];
    if (plainField) result[name] = plainField(output[name]);
  }
  return result;
}

const eachTable = (tables: unknown, of: (asked: unknown) => unknown) =>
  Object.fromEntries(Object.entries(tables as Plain).map(([name, asked]) => [name, of(asked)]));

type Writes = Record<string, { Item?: Item; Key?: Item }>[];

const plainWrite = (write: Writes[number]) =>
  Object.fromEntries(
    Object.entries(write).map(([kind, { Item, Key }]) => [
      kind,
      Item === undefined ? { Key: plain(Key) } : { Item: plain(Item) },
    ]),
  );
