import { isDeepStrictEqual } from 'node:util';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { ifCondition } from './conditional.ts';
import { PRESENCE, presenceKey } from './keys.ts';
import { epochSeconds, getItem, queryPages, type Table } from './table.ts';

/** Who came, left and changed the name, as one window tells it. */
export interface PresenceChanges {
  joined: Participant[];
  left: Participant[];
  renamed: { was: Participant; is: Participant }[];
  participantCount: number;
}

/** What a window told of comings and goings, kept for those who were away. */
export interface PresenceRecord {
  /** Counts the news of an event. */
  number: number;
  /** The window posted the log from `after` (exclusive) to `upTo` with it. */
  after: number;
  upTo: number;
  changes: PresenceChanges;
  /** Whether several joins or leaves were told as one. */
  summarize: boolean;
}

/** So many people fit into an item, whatever their names. */
const PEOPLE_PER_ITEM = 500;

/** The changes in parts that fit into an item each; of those that are told as one, no more than is told. */
export function partsOf(changes: PresenceChanges, summarize: boolean): PresenceChanges[] {
  const { renamed, participantCount } = changes;
  // One more than is named: it may be who hears it.
  const most = summarize ? limits.namesInSummary + 1 : Number.POSITIVE_INFINITY;
  const [joined, left] = [changes.joined.slice(0, most), changes.left.slice(0, most)];
  const parts: PresenceChanges[] = [];
  const size = Math.max(joined.length, left.length, renamed.length);
  for (let from = 0; from < size; from += PEOPLE_PER_ITEM) {
    const part = <T>(all: T[]) => all.slice(from, from + PEOPLE_PER_ITEM);
    parts.push({ joined: part(joined), left: part(left), renamed: part(renamed), participantCount });
  }
  return parts;
}

/**
 * Keeps news on the next free number, which it resolves to: a window that died may have used one that the cursor does not
 * know of, perhaps for the same. Only the holder of the lease calls it. `expiresAt` is in milliseconds.
 */
export async function putPresenceRecord(
  table: Table,
  eventId: string,
  news: PresenceRecord,
  expiresAt: number,
): Promise<number> {
  for (let { number } = news; ; number += 1) {
    const command = new PutCommand({
      TableName: table.name,
      Item: { ...presenceKey(eventId, number), ...news, number, ttl: epochSeconds(expiresAt) },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    if (await ifCondition(() => table.client.send(command))) return number;
    const there = await getItem<PresenceRecord>(table, presenceKey(eventId, number));
    const { after, upTo, changes } = there ?? {};
    if (isDeepStrictEqual([after, upTo, changes], [news.after, news.upTo, news.changes])) return number;
  }
}

/** The news after a number, in order; if there are more than `max`, some more than that. */
export async function readPresenceHistory(
  table: Table,
  eventId: string,
  after: number,
  max = Number.POSITIVE_INFINITY,
): Promise<PresenceRecord[]> {
  const news: PresenceRecord[] = [];
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': presenceKey(eventId, 0).pk,
      ':first': presenceKey(eventId, after + 1).sk,
      ':last': `${PRESENCE}~`,
    },
    ConsistentRead: true,
  });
  for await (const page of pages) {
    news.push(...(page as unknown as PresenceRecord[]));
    if (news.length > max) break;
  }
  return news;
}
