import type { Item } from './attribute-value.ts';
import { type Consumed, capacityOf, consumedByWrite, isCapacity } from './capacity.ts';
import { invalid } from './errors.ts';
import type { BatchGetInput, BatchWriteInput } from './input.ts';
import { readItemAt } from './item-read.ts';
import { prepareWrite } from './item-write.ts';
import { type State, tableOf } from './state.ts';

const duplicates = () => invalid('Provided list of item keys contains duplicates');

export function batchGetItem(state: State, input: BatchGetInput, asOf?: number): object {
  const requests = Object.entries(input.RequestItems ?? {});
  if (requests.length === 0) throw invalid('BatchGetItem must have some requests set');
  const empty = requests.find(([, { Keys }]) => !Keys?.length);
  if (empty)
    throw invalid(
      `The list of keys in RequestItems for BatchGetItem is required: ${empty[0]} has empty list`,
    );
  if (requests.reduce((sum, [, { Keys = [] }]) => sum + Keys.length, 0) > 100)
    throw invalid('Too many items requested for the BatchGetItem call');
  const consumed: Consumed[] = [];
  const Responses = Object.fromEntries(
    requests.map(([name, { Keys = [], ...rest }]) => {
      const table = tableOf(state, name);
      const reads = Keys.map((Key) => readItemAt(table, { ...rest, Key }, asOf));
      if (new Set(reads.map(({ id }) => id)).size < reads.length) throw duplicates();
      consumed.push(...reads.map((read) => read.consumed));
      return [name, reads.flatMap(({ found }) => found ?? [])] as [string, Item[]];
    }),
  );
  return answer({ Responses, UnprocessedKeys: {} }, input.ReturnConsumedCapacity, () => consumed);
}

export function batchWriteItem(state: State, input: BatchWriteInput): object {
  const requests = Object.entries(input.RequestItems ?? {});
  if (requests.length === 0 || requests.some(([, list]) => list.length === 0))
    throw invalid('BatchWriteItem must have some requests set');
  if (requests.reduce((sum, [, list]) => sum + list.length, 0) > 25)
    throw invalid('Too many items requested for the BatchWriteItem call');
  const writes = requests.flatMap(([TableName, list]) =>
    list.map(({ PutRequest, DeleteRequest }) =>
      PutRequest
        ? prepareWrite(state, 'Put', { TableName, Item: PutRequest.Item })
        : prepareWrite(state, 'Delete', { TableName, Key: DeleteRequest?.Key ?? {} }),
    ),
  );
  if (new Set(writes.map(({ id }) => id)).size < writes.length) throw duplicates();
  const done = writes.map(({ table, place, next }) => ({
    table,
    written: state.write(table, place, next(undefined)),
  }));
  return answer({ UnprocessedItems: {} }, input.ReturnConsumedCapacity, () =>
    done.map(({ table, written }) => consumedByWrite(table, written)),
  );
}

/** For operations on several tables. */
export function answer(
  output: object,
  wanted: string | undefined,
  consumed: () => readonly Consumed[],
): object {
  if (!isCapacity(wanted)) return output;
  const ConsumedCapacity = capacityOf(wanted, consumed());
  return ConsumedCapacity.length > 0 ? { ...output, ConsumedCapacity } : output;
}
