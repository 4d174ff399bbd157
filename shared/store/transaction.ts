import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { failedConditions, retryTransient } from './conditional.ts';
import type { Table } from './table.ts';

type Operation = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type WithoutTable<T> = T extends object ? Omit<T, 'TableName'> : T;
export type Write = { [K in keyof Operation]: WithoutTable<Operation[K]> };

/**
 * Carries out all writes or none. Resolves to the indexes of the writes whose conditions failed, none when done. The
 * SDK's request token makes its own retries harmless.
 */
export async function transact(table: Table, writes: Write[]): Promise<readonly number[]> {
  const TransactItems = writes.map((write) =>
    Object.fromEntries(
      Object.entries(write).map(([kind, input]) => [kind, { TableName: table.name, ...input }]),
    ),
  ) as Operation[];
  try {
    await retryTransient(() => table.client.send(new TransactWriteCommand({ TransactItems })));
    return [];
  } catch (error) {
    const failed = failedConditions(error);
    if (failed) return failed;
    throw error;
  }
}
