import type { Event } from '../protocol/entities.ts';
import { blockedWordsItem } from './blocked-words.ts';
import { completeCursor, newCursor } from './cursor.ts';
import { dueAt, notDue } from './due.ts';
import { type EventHead, newEventHead } from './event-head.ts';
import {
  defined,
  EVENT_FORMAT,
  type EventChanges,
  type EventDetails,
  type EventItem,
  type NewEvent,
  reactionsOf,
  toEvent,
} from './event-item.ts';
import { type EndChanges, endChangesOf } from './event-lists.ts';
import { rulesIn } from './event-rules.ts';
import { cursorKey, eventGroup, eventHeadKey, eventKey, eventRank, type Key } from './keys.ts';
import { getMessage } from './messages.ts';
import { batchGet, deleteItems, getItem, type Item, type Table } from './table.ts';
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
    {
      Put: {
        Item: { ...eventKey(id), ...item, ...group, format: EVENT_FORMAT },
        ConditionExpression: unused,
      },
    },
    { Put: { Item: { ...eventHeadKey(id), ...head }, ConditionExpression: unused } },
    { Put: { Item: { ...cursorKey(id), ...newCursor }, ConditionExpression: unused } },
    ...(words === undefined ? [] : [{ Put: { Item: blockedWordsItem(id, blockedWords) } }]),
    ...(details.endsAt ? [dueAt(id, 'end', Date.parse(details.endsAt))] : []),
  ]);
  return toEvent(item, head, newCursor);
}

interface Options {
  /** Also those that are about to be removed, as ended, for who is still to hear of their end. */
  withDeleted?: boolean;
  /** Default true. */
  consistent?: boolean;
}

/** An event, with the message that is pinned in it. */
export async function getEvent(table: Table, id: string, options?: Options): Promise<Event | undefined> {
  const [found] = await readEvents(table, [id], options);
  if (!found) return undefined;
  const { event, pinned: seq } = found;
  const pinned = seq === undefined ? undefined : await getMessage(table, id, seq);
  return pinned ? { ...event, pinned } : event;
}

/** The events with these ids, in their order, without pinned messages; those that are not there are left out. */
export async function getEvents(table: Table, ids: readonly string[], options?: Options): Promise<Event[]> {
  return (await readEvents(table, ids, options)).map(({ event }) => event);
}

/** Events, also those that are about to be removed, and how it stands with their end. */
export async function getEventsInFull(
  table: Table,
  ids: readonly string[],
): Promise<(EndChanges & { event: Event })[]> {
  const all = await readEvents(table, ids, { withDeleted: true });
  return all.map(({ pinned: _pinned, ...rest }) => rest);
}

/** 100 keys a request. */
async function readEvents(
  table: Table,
  ids: readonly string[],
  { withDeleted = false, ...consistency }: Options = {},
): Promise<(EndChanges & { event: Event; pinned: number | undefined })[]> {
  const items = new Map<string, Item>();
  const perEvent = [eventKey, eventHeadKey, cursorKey];
  const keys = ids.flatMap((id) => perEvent.map((key) => key(id)));
  for (let from = 0; from < keys.length; from += 100) {
    for (const item of await batchGet(table, keys.slice(from, from + 100), consistency)) {
      items.set(`${item.pk} ${item.sk}`, item);
    }
  }
  const found = <T>(key: Key) => items.get(`${key.pk} ${key.sk}`) as T | undefined;
  return ids.flatMap((id) => {
    const item = found<EventItem & Item>(eventKey(id));
    const head = found<EventHead>(eventHeadKey(id));
    if (!item || !head || (head.status === 'deleted' && !withDeleted)) return [];
    const event = toEvent(item, head, completeCursor(found<Item>(cursorKey(id))) ?? newCursor);
    return [{ event, pinned: item.pinned, ...endChangesOf(item) }];
  });
}

/** What an operator said of an event, also of one that is being deleted. */
export async function getDetails(table: Table, id: string): Promise<EventDetails | undefined> {
  return getItem<EventItem>(table, eventKey(id));
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
  const { endsAt } = changes;
  const clauses = [
    ...(set.length > 0 ? [`SET ${set.map(([field]) => `#${field} = :${field}`).join(', ')}`] : []),
    ...(gone.length > 0 ? [`REMOVE ${gone.map(([field]) => `#${field}`).join(', ')}`] : []),
  ];
  const Update = {
    Key: eventKey(id),
    UpdateExpression: clauses.join(' '),
    // Never creates half an event.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: Object.fromEntries(entries.map(([field]) => [`#${field}`, field])),
    // An empty map of values is refused.
    ...(set.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(set.map(([field, value]) => [`:${field}`, value])),
    }),
  };
  const due = endsAt === undefined ? [] : [endsAt ? dueAt(id, 'end', Date.parse(endsAt)) : notDue(id, 'end')];
  return (await transact(table, [{ Update }, ...due])).length === 0;
}

/** Removes what is left of an event of which all else is gone. The details last: until then the deletion is found and repeated. */
export async function removeEvent(table: Table, id: string): Promise<void> {
  for (const key of [eventHeadKey(id), eventKey(id)]) await deleteItems(table, [key]);
}
