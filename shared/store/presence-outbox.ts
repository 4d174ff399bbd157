import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { forEachConcurrently, sleep } from '../concurrency.ts';
import type { Participant } from '../protocol/entities.ts';
import { OUTBOX, outboxKey } from './keys.ts';
import { queryPages, type Table, UNPROCESSED_WAIT_MS } from './table.ts';

const CONCURRENCY = 10;

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

/** The write of an entry, for a transaction with the change itself. */
export function addToOutbox(eventId: string, entry: Omit<OutboxEntry, 'ulid'>) {
  const id = ulid();
  return { Put: { Item: { ...outboxKey(eventId, id), ...entry, ulid: id } } };
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

/** 25 deletes a request; deleting what is gone is no error. */
export async function deleteFromOutbox(
  table: Table,
  eventId: string,
  entries: readonly OutboxEntry[],
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(entries.length / 25) }, (_, index) => index * 25);
  await forEachConcurrently(starts, CONCURRENCY, async (from) => {
    let requests = entries
      .slice(from, from + 25)
      .map((entry) => ({ DeleteRequest: { Key: outboxKey(eventId, entry.ulid) } }));
    while (requests.length > 0) {
      const { UnprocessedItems } = await table.client.send(
        new BatchWriteCommand({ RequestItems: { [table.name]: requests } }),
      );
      requests = (UnprocessedItems?.[table.name] ?? []) as typeof requests;
      if (requests.length > 0) await sleep(UNPROCESSED_WAIT_MS);
    }
  });
}
