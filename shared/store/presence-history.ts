import { isDeepStrictEqual } from 'node:util';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Participant } from '../protocol/entities.ts';
import { ifCondition } from './conditional.ts';
import { PRESENCE, presenceKey } from './keys.ts';
import { epochSeconds, getItem, queryPages, type Table } from './table.ts';

/** Who came, left and changed the name. */
export interface PresenceChanges {
  joined: Participant[];
  left: Participant[];
  /** `by`: the connections that did it, and so know it. */
  renamed: { was: Participant; is: Participant; by: string[] }[];
  participantCount: number;
}

/** What one window tells of presence: an entry of the presence history. Its changes may be empty, if they cancel each other out. */
export interface PresenceRecord {
  /** 1, 2, 3 … within one event. */
  number: number;
  /** The window told the log from `after` (exclusive) to `upTo` with it. */
  after: number;
  upTo: number;
  changes: PresenceChanges;
  /** Whether several joins, leaves or renamings are told as one; then the changes hold no more than is told. */
  summarize: boolean;
  /** The outbox entries that were there, told with this record or before: they may still be there. */
  outbox: string[];
}

/**
 * Keeps a record until `expiresAt`, milliseconds. Only the holder of the lease calls it. Throws if the number is taken.
 * The caller sees to it that it fits into an item.
 */
export async function putPresenceRecord(
  table: Table,
  eventId: string,
  record: PresenceRecord,
  expiresAt: number,
): Promise<void> {
  const key = presenceKey(eventId, record.number);
  const command = new PutCommand({
    TableName: table.name,
    Item: { ...key, ...record, ttl: epochSeconds(expiresAt) },
    // Another holder of the lease, while we were taken for dead.
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  if (await ifCondition(() => table.client.send(command))) return;
  // The SDK repeats a write whose answer was lost: what is there may be ours.
  const there = await getItem<PresenceRecord>(table, key);
  const essence = (of: PresenceRecord | undefined) => [of?.after, of?.upTo, of?.changes, of?.outbox];
  if (!isDeepStrictEqual(essence(there), essence(record)))
    throw new Error('Another window has written a presence record with this number');
}

/** The records after a number, in order; if there are more than `max`, some more than that. */
export async function readPresenceHistory(
  table: Table,
  eventId: string,
  after: number,
  max = Number.POSITIVE_INFINITY,
): Promise<PresenceRecord[]> {
  const records: PresenceRecord[] = [];
  const pages = queryPages(table, { ...range(eventId, after), ConsistentRead: true });
  for await (const page of pages) {
    records.push(...(page as unknown as PresenceRecord[]));
    if (records.length > max) break;
  }
  return records;
}

/** The newest record, if there is one: its number, and the outbox entries that are told already. */
export async function newestPresence(
  table: Table,
  eventId: string,
): Promise<Pick<PresenceRecord, 'number' | 'outbox'>> {
  const pages = queryPages(table, {
    ...range(eventId, 0),
    ProjectionExpression: '#number, outbox',
    ExpressionAttributeNames: { '#number': 'number' },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit: 1,
  });
  for await (const [newest] of pages) {
    if (newest) return newest as unknown as PresenceRecord;
  }
  return { number: 0, outbox: [] };
}

const range = (eventId: string, after: number) => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
  ExpressionAttributeValues: {
    ':pk': presenceKey(eventId, 0).pk,
    ':first': presenceKey(eventId, after + 1).sk,
    ':last': `${PRESENCE}~`,
  },
});
