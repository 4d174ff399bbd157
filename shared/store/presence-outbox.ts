import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { forEachConcurrently } from '../concurrency.ts';
import type { Participant } from '../protocol/entities.ts';
import { sleep } from '../sleep.ts';
import { OUTBOX, outboxKey } from './keys.ts';
import { queryPages, type Table, UNPROCESSED_WAIT_MS } from './table.ts';

const CONCURRENCY = 10;

/** A change of the audience that waits to be announced by the next window. */
export interface OutboxEntry {
  /** Orders the notes of an event. */
  ulid: string;
  kind: 'joined' | 'left' | 'renamed';
  connectionId: string;
  participant: Participant;
  /** When this row took its name, milliseconds: of several tabs, the newest name counts. */
  namedAt: number;
  /** The name before a renaming, and when it was taken. */
  previous?: { username: string; namedAt: number };
}

/** The write that leaves a note, for a transaction with the change itself. */
export function addToOutbox(eventId: string, note: Omit<OutboxEntry, 'ulid'>) {
  const id = ulid();
  return { Put: { Item: { ...outboxKey(eventId, id), ...note, ulid: id } } };
}

/** All notes of an event, in order. */
export async function readOutbox(table: Table, eventId: string): Promise<OutboxEntry[]> {
  const notes: OutboxEntry[] = [];
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': outboxKey(eventId, '').pk, ':prefix': OUTBOX },
    ConsistentRead: true,
  });
  for await (const page of pages) notes.push(...(page as unknown as OutboxEntry[]));
  return notes;
}

/** 25 deletes a request; deleting what is gone is no error. */
export async function deleteFromOutbox(
  table: Table,
  eventId: string,
  notes: readonly OutboxEntry[],
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(notes.length / 25) }, (_, index) => index * 25);
  await forEachConcurrently(starts, CONCURRENCY, async (from) => {
    let requests = notes
      .slice(from, from + 25)
      .map((note) => ({ DeleteRequest: { Key: outboxKey(eventId, note.ulid) } }));
    while (requests.length > 0) {
      const { UnprocessedItems } = await table.client.send(
        new BatchWriteCommand({ RequestItems: { [table.name]: requests } }),
      );
      requests = (UnprocessedItems?.[table.name] ?? []) as typeof requests;
      if (requests.length > 0) await sleep(UNPROCESSED_WAIT_MS);
    }
  });
}
