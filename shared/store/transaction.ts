import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { sleep } from '../sleep.ts';
import { failedConditions, isConflict } from './failures.ts';
import type { Table } from './table.ts';

type Operation = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type WithoutTable<T> = T extends object ? Omit<T, 'TableName'> : T;
export type Write = { [K in keyof Operation]: WithoutTable<Operation[K]> };

const CONFLICT_TRIES = 8;

/**
 * Carries out all writes or none. Resolves to the indexes of the writes whose conditions failed, none when done.
 * A conflict with a concurrent write is tried again. The SDK's request token makes its own retries harmless.
 */
export async function transact(table: Table, writes: Write[]): Promise<readonly number[]> {
  const TransactItems = writes.map((write) =>
    Object.fromEntries(
      Object.entries(write).map(([kind, input]) => [kind, { TableName: table.name, ...input }]),
    ),
  ) as Operation[];
  for (let attempt = 1; ; attempt += 1) {
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems }));
      return [];
    } catch (error) {
      const failed = failedConditions(error);
      if (failed) return failed;
      if (!isConflict(error) || attempt === CONFLICT_TRIES) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}
