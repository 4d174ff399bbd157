import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { sleep } from '../sleep.ts';
import { isConditionFailed, isTransient } from './failures.ts';
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
