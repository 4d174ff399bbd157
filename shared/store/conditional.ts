import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { sleep } from '../concurrency.ts';
import type { Key } from './keys.ts';
import type { Item, Table } from './table.ts';

const TRIES = 8;

/** Repeats a write that met a transaction on the same item, or a transaction that was throttled. */
export async function retryTransient<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isTransient(error) || attempt === TRIES) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** Carries out a conditional write; undefined when its condition failed. */
export async function ifCondition<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await retryTransient(write);
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}

export type UpdateInput = Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Carries out a conditional update; resolves to the item as it is then, undefined when the condition failed. */
export async function updateIf(table: Table, key: Key, input: UpdateInput): Promise<Item | undefined> {
  const command = new UpdateCommand({
    TableName: table.name,
    Key: key,
    ReturnValues: 'ALL_NEW',
    ...input,
  });
  const updated = await ifCondition(() => table.client.send(command));
  return updated && (updated.Attributes ?? {});
}

/**
 * What DynamoDB's refusals mean to us. By name, not `instanceof`: bundles may hold two copies of a class.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */

interface DynamoDBFailure {
  name?: string;
  CancellationReasons?: { Code?: string }[];
}

const as = (error: unknown): DynamoDBFailure => (error ?? {}) as DynamoDBFailure;

export const isConditionFailed = (error: unknown): boolean =>
  as(error).name === 'ConditionalCheckFailedException';

/** The indexes of the operations of a transaction whose conditions failed; undefined for any other error. */
export function failedConditions(error: unknown): number[] | undefined {
  const { name, CancellationReasons = [] } = as(error);
  if (name !== 'TransactionCanceledException') return undefined;
  const failed = CancellationReasons.flatMap(({ Code }, index) =>
    Code === 'ConditionalCheckFailed' ? [index] : [],
  );
  return failed.length > 0 ? failed : undefined;
}

const TRANSIENT = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/**
 * Another write of the same item was under way, or a transaction was throttled, which the SDK does not repeat: the same
 * write may succeed when repeated.
 */
export function isTransient(error: unknown): boolean {
  const { name, CancellationReasons = [] } = as(error);
  return (
    name === 'TransactionConflictException' ||
    (name === 'TransactionCanceledException' &&
      !failedConditions(error) &&
      CancellationReasons.some(({ Code = '' }) => TRANSIENT.includes(Code)))
  );
}
