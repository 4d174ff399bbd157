import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { ifCondition } from './conditional.ts';
import { DUE, dueKey, eventRank, idOf, type Key, tableKeys } from './keys.ts';
import { listGroup, type Table } from './table.ts';
import type { Write } from './transaction.ts';

/** What happens to an event by itself: it ends at its `endsAt`, and is deleted some time after its end. */
export type Due = Parameters<typeof dueKey>[1];

/** The write, for a transaction with what it follows from, that says when something is due, milliseconds. */
export function dueAt(eventId: string, what: Due, at: number): Write {
  const { index } = tableKeys;
  const listed = { [index.partition]: DUE, [index.sort]: eventRank(Math.max(0, at), eventId) };
  return { Put: { Item: { ...dueKey(eventId, what), ...listed } } };
}

export const notDue = (eventId: string, what: Due): Write => ({ Delete: { Key: dueKey(eventId, what) } });

/** What was due before `now`, as the index says, which may be behind. */
export async function* listDueEvents(
  table: Table,
  now: number,
): AsyncGenerator<{ eventId: string; what: Due; rank: string }> {
  for await (const { pk, sk, rank } of listGroup(table, DUE, eventRank(now, ''))) {
    yield { eventId: idOf(pk), what: sk === dueKey('', 'end').sk ? 'end' : 'deletion', rank };
  }
}

/** What was due is done; unless it is due at another time meanwhile. */
export async function clearDue(
  table: Table,
  { eventId, what, rank }: { eventId: string; what: Due; rank: string },
): Promise<void> {
  const command = new DeleteCommand({
    TableName: table.name,
    Key: dueKey(eventId, what) satisfies Key,
    ConditionExpression: '#rank = :rank',
    ExpressionAttributeNames: { '#rank': tableKeys.index.sort },
    ExpressionAttributeValues: { ':rank': rank },
  });
  await ifCondition(() => table.client.send(command));
}
