import { ulid } from 'ulid';
import type { Participant } from '../protocol/entities.ts';
import { idOf, OUTBOX, outboxGroups, outboxKey, SLOTS, tableKeys } from './keys.ts';
import { deleteItems, listGroup, queryPages, type Table } from './table.ts';

/** A change of the audience, written with it, that waits to be announced by the next window: a transactional outbox. */
export interface OutboxEntry {
  /** Orders the entries of an event. */
  ulid: string;
  kind: 'joined' | 'left' | 'renamed';
  connectionId: string;
  participant: Participant;
  /** When this row took its name, milliseconds: of several tabs, the newest name counts. */
  namedAt: number;
  /** The name before a renaming, and when it was taken. */
  previous?: { username: string; namedAt: number };
}

/**
 * The write of an entry, for a transaction with the change itself. In the index, so that the sweep finds it if its writer dies
 * before it signals it.
 */
export function addToOutbox(eventId: string, entry: Omit<OutboxEntry, 'ulid'>) {
  const id = ulid();
  const { index } = tableKeys;
  const group = outboxGroups[Math.floor(Math.random() * SLOTS)];
  const listed = { [index.partition]: group, [index.sort]: id };
  return { Put: { Item: { ...outboxKey(eventId, id), ...entry, ulid: id, ...listed } } };
}

/** All entries of an event, in order. */
export async function readOutbox(table: Table, eventId: string): Promise<OutboxEntry[]> {
  const entries: OutboxEntry[] = [];
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': outboxKey(eventId, '').pk, ':prefix': OUTBOX },
    ConsistentRead: true,
  });
  for await (const page of pages) entries.push(...(page as unknown as OutboxEntry[]));
  return entries;
}

/** Deleting what is gone is no error. */
export async function deleteFromOutbox(
  table: Table,
  eventId: string,
  entries: readonly OutboxEntry[],
): Promise<void> {
  await deleteItems(
    table,
    entries.map((entry) => outboxKey(eventId, entry.ulid)),
  );
}

/** The ids of all events that have entries in their outboxes. The index is eventually consistent. */
export async function listWaiting(table: Table): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const group of outboxGroups) {
    for await (const { pk } of listGroup(table, group)) ids.add(idOf(pk));
  }
  return ids;
}
