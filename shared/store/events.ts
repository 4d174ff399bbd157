import type { Event } from '../protocol/entities.ts';
import { blockedWordsItem } from './blocked-words.ts';
import { type UpdateInput, updateIf } from './conditional.ts';
import { type Cursor, newCursor } from './cursor.ts';
import { type EventHead, newEventHead, rulesIn } from './event-head.ts';
import {
  defined,
  type EventChanges,
  type EventItem,
  type NewEvent,
  reactionsOf,
  toEvent,
} from './event-item.ts';
import {
  cursorKey,
  eventGroup,
  eventHeadKey,
  eventKey,
  eventRank,
  idOf,
  type Key,
  tableKeys,
} from './keys.ts';
import { getMessage } from './messages.ts';
import { batchGet, getItem, type Item, queryGroup, type Table } from './table.ts';
import { transact } from './transaction.ts';

/** Creates the event with its head and its cursor. */
export async function createEvent(
  table: Table,
  id: string,
  { slowModeSeconds, links, repeats, blockedWords = [], ...details }: NewEvent,
  now: number,
): Promise<Event> {
  const item = { id, ...defined(details), createdAt: new Date(now).toISOString() };
  const words = blockedWords.length > 0 ? id : undefined;
  const head: EventHead = { ...newEventHead, ...rulesIn({ slowModeSeconds, links, repeats, words }) };
  const unused = 'attribute_not_exists(pk)';
  const group = { group: eventGroup('active'), rank: eventRank(now, id) };
  await transact(table, [
    { Put: { Item: { ...eventKey(id), ...item, ...group }, ConditionExpression: unused } },
    { Put: { Item: { ...eventHeadKey(id), ...head }, ConditionExpression: unused } },
    { Put: { Item: { ...cursorKey(id), ...newCursor }, ConditionExpression: unused } },
    ...(words === undefined ? [] : [{ Put: { Item: blockedWordsItem(id, blockedWords) } }]),
  ]);
  return toEvent(item, head, newCursor);
}

/** An event, with the message that is pinned in it. */
export async function getEvent(table: Table, id: string): Promise<Event | undefined> {
  const [found] = await readEvents(table, [id]);
  if (!found) return undefined;
  const { event, pinned: seq } = found;
  const pinned = seq === undefined ? undefined : await getMessage(table, id, seq);
  return pinned ? { ...event, pinned } : event;
}

/** The events with these ids, in their order, without pinned messages; those that are not there are left out. */
export async function getEvents(table: Table, ids: readonly string[]): Promise<Event[]> {
  return (await readEvents(table, ids)).map(({ event }) => event);
}

/** 100 keys a request. */
async function readEvents(
  table: Table,
  ids: readonly string[],
): Promise<{ event: Event; pinned: number | undefined }[]> {
  const items = new Map<string, Item>();
  const perEvent = [eventKey, eventHeadKey, cursorKey];
  const keys = ids.flatMap((id) => perEvent.map((key) => key(id)));
  for (let from = 0; from < keys.length; from += 100) {
    for (const item of await batchGet(table, keys.slice(from, from + 100))) {
      items.set(`${item.pk} ${item.sk}`, item);
    }
  }
  const found = <T>(key: Key) => items.get(`${key.pk} ${key.sk}`) as T | undefined;
  return ids.flatMap((id) => {
    const item = found<EventItem>(eventKey(id));
    const head = found<EventHead>(eventHeadKey(id));
    if (!item || !head) return [];
    const event = toEvent(item, head, found<Cursor>(cursorKey(id)) ?? newCursor);
    return [{ event, pinned: item.pinned }];
  });
}

export interface EventPage {
  ids: string[];
  /** The rank to go on after, when there is more. */
  next?: string;
}

export interface EventQuery {
  status: Event['status'];
  limit: number;
  /** The `next` of the page before. */
  from?: string | undefined;
  /** Milliseconds since the epoch: created (active) or ended (ended) since then. */
  since?: number;
}

/** Ids of events of one status, newest first. The index is eventually consistent. */
export async function listEvents(
  table: Table,
  { status, limit, from, since = 0 }: EventQuery,
): Promise<EventPage> {
  const { keys, ...more } = await queryGroup(table, eventGroup(status), {
    limit,
    since: eventRank(since, ''),
    from: from === undefined ? undefined : { ...eventKey(idOf(from)), rank: from },
  });
  return { ids: keys.map(({ pk }) => idOf(pk)), ...more };
}

/** Ids of the participants who may moderate an event. */
export async function getHosts(
  table: Table,
  id: string,
  { consistent = false } = {},
): Promise<readonly string[]> {
  const item = await getItem<EventItem>(table, eventKey(id), { consistent });
  return item?.hosts ?? [];
}

/** The emoji that people can react with in an event. */
export async function getReactions(table: Table, id: string): Promise<readonly string[]> {
  return reactionsOf((await getItem<EventItem>(table, eventKey(id), { consistent: false })) ?? {});
}

/** Changes what is given and leaves the rest. False: no such event. */
export async function updateEvent(table: Table, id: string, changes: EventChanges): Promise<boolean> {
  const entries = Object.entries(defined(changes));
  if (entries.length === 0) return true;
  const set = entries.filter(([, value]) => value !== null);
  const gone = entries.filter(([, value]) => value === null);
  const clauses = [
    ...(set.length > 0 ? [`SET ${set.map(([field]) => `#${field} = :${field}`).join(', ')}`] : []),
    ...(gone.length > 0 ? [`REMOVE ${gone.map(([field]) => `#${field}`).join(', ')}`] : []),
  ];
  return update(table, id, {
    UpdateExpression: clauses.join(' '),
    ExpressionAttributeNames: Object.fromEntries(entries.map(([field]) => [`#${field}`, field])),
    // An empty map of values is refused.
    ...(set.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(set.map(([field, value]) => [`:${field}`, value])),
    }),
  });
}

/** Moves an event that has ended from the list of the active to that of the ended. */
export async function listAsEnded(table: Table, id: string, endedAt: string): Promise<void> {
  const { index } = tableKeys;
  await update(table, id, {
    UpdateExpression: 'SET #group = :group, #rank = :rank',
    ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort },
    ExpressionAttributeValues: { ':group': eventGroup('ended'), ':rank': eventRank(Date.parse(endedAt), id) },
  });
}

async function update(
  table: Table,
  id: string,
  input: Omit<UpdateInput, 'ConditionExpression'>,
): Promise<boolean> {
  // Never creates half an event.
  const ConditionExpression = 'attribute_exists(pk)';
  return (await updateIf(table, eventKey(id), { ...input, ConditionExpression })) !== undefined;
}
