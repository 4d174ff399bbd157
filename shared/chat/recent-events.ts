import type { Event } from '../protocol/entities.ts';
import { getEvents } from '../store/events.ts';
import type { Table } from '../store/table.ts';

/** What an execution environment reads anew without asking how old what it has is: so many lists in so many milliseconds. */
const FRESH = { lists: 20, ms: 10_000 };
/** With more lists than that, an event may be as it was so long ago, milliseconds. */
const MAX_AGE_MS = 1_000;
/** A list of these comes to a few megabytes. */
const REMEMBERED = 5_000;

interface Memory {
  /** When lists were read anew. */
  freshAt: number[];
  /** What was found under an id; nothing, too. */
  events: Map<string, { event: Event | undefined; readAt: number }>;
}

const memories = new WeakMap<Table, Memory>();

/**
 * Events for a list that anybody may ask for again and again: three items each, so that a list of 100 is 150 read units. Whoever lists
 * now and then gets them as they are; in a flood of lists each is read once a second. In the order of `ids`; those that are not there are left out.
 */
export async function recentEvents(table: Table, ids: readonly string[]): Promise<Event[]> {
  const now = Date.now();
  const memory = memories.get(table) ?? { freshAt: [], events: new Map() };
  memories.set(table, memory);
  memory.freshAt = memory.freshAt.filter((at) => at > now - FRESH.ms);
  const isFresh = memory.freshAt.length < FRESH.lists;
  if (isFresh) memory.freshAt.push(now);
  if (memory.events.size > REMEMBERED) memory.events.clear();
  const isKnown = (id: string) => (memory.events.get(id)?.readAt ?? 0) > now - MAX_AGE_MS;
  const wanted = isFresh ? ids : ids.filter((id) => !isKnown(id));
  const found = new Map<string, Event>();
  for (const event of await getEvents(table, wanted, { consistent: false })) found.set(event.id, event);
  for (const id of wanted) memory.events.set(id, { event: found.get(id), readAt: now });
  return ids.flatMap((id) => memory.events.get(id)?.event ?? []);
}
