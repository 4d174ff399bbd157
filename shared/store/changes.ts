import type { AuditRecord, Event } from '../protocol/entities.ts';
import type { EndChanges } from './event-lists.ts';
import { getEventsInFull } from './events.ts';
import { type Key, subjectOf } from './keys.ts';
import type { LogEntry } from './log.ts';
import { batchGet, type Item, type Table } from './table.ts';

/** A record of the table's stream, which has keys only. */
export interface Change {
  key: Key;
  how: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** The same whenever the record comes. */
  id: string;
  /** When it was written, ISO 8601. */
  at: string;
}

/** What a change was about, as it is now: items that are gone are missing. */
export type Changed = Change &
  (
    | (EndChanges & { kind: 'event'; eventId: string; event?: Event })
    | { kind: 'entry'; eventId: string; entry?: LogEntry }
    | { kind: 'audit'; eventId?: string; record?: AuditRecord }
    | { kind: 'nothing' }
  );

/** BatchGetItem takes no more keys. */
const BATCH = 100;

/** Reads, strongly consistent, what has changed. In the order of the changes. */
export async function readChanges(table: Table, changes: readonly Change[]): Promise<Changed[]> {
  const subjects = changes.map((change) => ({ change, ...subjectOf(change.key) }));
  const eventIds = subjects.flatMap(({ kind, eventId, change: { how } }) =>
    kind === 'event' && eventId !== undefined && how !== 'REMOVE' ? [eventId] : [],
  );
  const keys = subjects.flatMap(({ kind, change }) =>
    (kind === 'entry' || kind === 'audit') && change.how !== 'REMOVE' ? [change.key] : [],
  );
  const [events, items] = await Promise.all([
    getEventsInFull(table, [...new Set(eventIds)]),
    readItems(table, keys),
  ]);
  const eventOf = new Map(events.map((found) => [found.event.id, found]));
  return subjects.map(({ change, kind, eventId }) => {
    if (kind === 'audit') {
      const record = items.get(nameOf(change.key))?.record as AuditRecord | undefined;
      return { ...change, kind, ...(eventId !== undefined && { eventId }), ...(record && { record }) };
    }
    if (eventId === undefined || kind === undefined) return { ...change, kind: 'nothing' };
    if (kind === 'entry') {
      const entry = items.get(nameOf(change.key)) as unknown as LogEntry | undefined;
      return { ...change, kind, eventId, ...(entry && { entry }) };
    }
    return { ...change, kind, eventId, ...eventOf.get(eventId) };
  });
}

async function readItems(table: Table, keys: readonly Key[]): Promise<Map<string, Item>> {
  // No key twice: the request would be refused.
  const wanted = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  const items = new Map<string, Item>();
  for (let from = 0; from < wanted.length; from += BATCH) {
    for (const item of await batchGet(table, wanted.slice(from, from + BATCH))) {
      items.set(nameOf(item as unknown as Key), item);
    }
  }
  return items;
}

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;
