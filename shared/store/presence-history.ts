import { isDeepStrictEqual } from 'node:util';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { ifCondition } from './conditional.ts';
import { PRESENCE, presenceKey } from './keys.ts';
import { epochSeconds, getItem, queryPages, type Table } from './table.ts';
import { transact } from './transaction.ts';

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
  /** Whether several joins or leaves are told as one. */
  summarize: boolean;
  /** The outbox entries that were there, told with this record or before: they may still be there. */
  outbox: string[];
}

/** So many people, or ids of outbox entries, fit into an item whatever their names. */
const PEOPLE_PER_ITEM = 300;
const OUTBOX_PER_ITEM = 5_000;

/** Cuts a record into as many as fit into an item each; of those that are told as one, no more than is told. */
export function partsOf(record: PresenceRecord): PresenceRecord[] {
  const { changes, summarize, outbox } = record;
  const { renamed, participantCount } = changes;
  // One more than is named: it may be the one who hears it.
  const most = summarize ? limits.namesInSummary + 1 : Number.POSITIVE_INFINITY;
  const [joined, left] = [changes.joined.slice(0, most), changes.left.slice(0, most)];
  const size = Math.max(1, joined.length, left.length, renamed.length);
  return Array.from(
    { length: Math.ceil(size / PEOPLE_PER_ITEM) },
    (_, index, from = index * PEOPLE_PER_ITEM) => {
      const part = <T>(all: T[]) => all.slice(from, from + PEOPLE_PER_ITEM);
      const isLast = from + PEOPLE_PER_ITEM >= size;
      return {
        ...record,
        number: record.number + index,
        changes: { joined: part(joined), left: part(left), renamed: part(renamed), participantCount },
        // Of all parts.
        outbox: isLast ? outbox.slice(0, OUTBOX_PER_ITEM) : [],
      };
    },
  );
}

/**
 * Keeps the parts of a record until `expiresAt`, milliseconds, all or none. Only the holder of the lease calls it. Throws if a
 * number is taken.
 */
export async function putPresenceRecords(
  table: Table,
  eventId: string,
  records: readonly PresenceRecord[],
  expiresAt: number,
): Promise<void> {
  const [record, ...more] = records;
  if (record && more.length === 0) return putPresenceRecord(table, eventId, record, expiresAt);
  const failed = await transact(
    table,
    records.map((part) => ({
      Put: {
        Item: { ...presenceKey(eventId, part.number), ...part, ttl: epochSeconds(expiresAt) },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    })),
  );
  if (failed.length > 0) throw new Error('Another window has told of presence');
}

async function putPresenceRecord(
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
