import type { ActionData } from '../protocol/client-to-server.ts';
import type { Event } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { badRequest } from '../protocol/parse.ts';
import type { Replies } from '../protocol/replies.ts';
import { getEventHead } from '../store/event-head.ts';
import { listEvents as list } from '../store/event-lists.ts';
import { getEvents } from '../store/events.ts';
import { eventRank, idOf } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { byteBudget } from './byte-budget.ts';

type Status = Event['status'];

/**
 * Events of one status, the active by their creation and the ended by their end, newest first, in at most `maxBytes`. Throws
 * `BAD_REQUEST` for a cursor that the server did not make, or made for the other status.
 */
export async function listEvents(
  { table }: { table: Table },
  { status, limit = limits.historyLength, cursor }: ActionData<'getActiveEvents'> & { status: Status },
  maxBytes: number,
  read: (table: Table, ids: readonly string[]) => Promise<Event[]> = getEvents,
): Promise<Replies['getActiveEvents']> {
  const from = cursor === undefined ? undefined : await readCursor(table, status, cursor);
  const page = await list(table, { status, limit, from });
  const fits = byteBudget(maxBytes);
  const all = await read(table, page.ids);
  const fitting: Event[] = [];
  for (const event of all) {
    if (!fits(event)) break;
    fitting.push(event);
  }
  const last = fitting.at(-1);
  const next = last && fitting.length < all.length ? await rankOf(table, status, last) : page.next;
  // The index may be behind: the head knows.
  const events = fitting.filter((event) => event.status === status);
  return next === undefined ? { events } : { events, nextCursor: encodeCursor(status, next) };
}

/** Where an event stands in the list of a status; undefined: it never was in it. */
async function rankOf(table: Table, status: Status, { id, createdAt }: Event): Promise<string | undefined> {
  const since = status === 'active' ? createdAt : (await getEventHead(table, id))?.endedAt;
  return since && eventRank(Date.parse(since), id);
}

/** A cursor is the rank of the last event of its page, and the list that it is of. */
const encodeCursor = (status: Status, rank: string): string =>
  Buffer.from(`${prefixes[status]}${rank}`).toString('base64url');

const prefixes: Record<Status, string> = { active: '', ended: 'ended:' };

async function readCursor(table: Table, status: Status, cursor: string): Promise<string> {
  const text = Buffer.from(cursor, 'base64url').toString();
  const rank = text.slice(prefixes[status].length);
  // Every rank that was ever given out is that of an event.
  const [event] = /^\d{15}#[\w-]{16}$/.test(rank) ? await getEvents(table, [idOf(rank)]) : [];
  if (!event || (await rankOf(table, status, event)) !== rank || encodeCursor(status, rank) !== cursor) {
    throw badRequest('cursor', 'must be the nextCursor of an earlier answer');
  }
  return rank;
}
