import { forEachConcurrently } from '../../concurrency.ts';
import { forgetAttendance } from '../../store/connections.ts';
import { audiencePartition, groupsOf, idOf, type Key, partitionsOf } from '../../store/keys.ts';
import { keysOfPartition } from '../../store/purge.ts';
import { deleteItems, listGroup, type Table } from '../../store/table.ts';

const CONCURRENCY = 25;
const BATCH = 250;

/**
 * Removes everything of an event but its details and its head, until `deadline` (milliseconds since the epoch). Resolves to whether nothing
 * was left at the end.
 */
export async function purge(table: Table, eventId: string, deadline: number): Promise<boolean> {
  // First: whoever is in the event would go on in it.
  for (const attribute of ['membership', 'watching'] as const) {
    const audience = audiencePartition(eventId, attribute === 'watching');
    for await (const keys of keysOfPartition(table, audience)) {
      if (Date.now() > deadline) return false;
      await forEachConcurrently(keys, CONCURRENCY, ({ sk }) =>
        forgetAttendance(table, idOf(sk), eventId, attribute),
      );
      await deleteItems(table, keys);
    }
  }
  for (const partition of partitionsOf(eventId)) {
    for await (const keys of keysOfPartition(table, partition)) {
      if (Date.now() > deadline) return false;
      await deleteItems(table, keys);
    }
  }
  for (const group of groupsOf(eventId)) {
    let keys: Key[] = [];
    for await (const { pk, sk } of listGroup(table, group)) {
      keys.push({ pk, sk });
      if (keys.length < BATCH) continue;
      if (Date.now() > deadline) return false;
      await deleteItems(table, keys);
      keys = [];
    }
    await deleteItems(table, keys);
  }
  return true;
}
