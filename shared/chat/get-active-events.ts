import type { ActionData } from '../protocol/client-to-server.ts';
import type { Event } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { badRequest } from '../protocol/parse.ts';
import type { Replies } from '../protocol/replies.ts';
import type { Connection } from '../store/connections.ts';
import { getEvents, listEvents } from '../store/events.ts';
import { eventRank, idOf } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { byteBudget, roomInFrame } from './byte-budget.ts';
import type { Chat, Reply } from './chat.ts';

type EventList = Replies['getActiveEvents'];

/** Whoever asks for no acknowledgement gets the event `activeEvents`, as from the old server. */
export async function getActiveEvents(
  chat: Chat,
  _connection: Connection,
  query: ActionData<'getActiveEvents'>,
  reservedBytes: number,
): Promise<Reply<EventList>> {
  const data = await listActiveEvents(chat, query, roomInFrame(reservedBytes));
  return { data, eventWithoutAck: { event: 'activeEvents', data } };
}

/** Active events, newest first, in at most `maxBytes`. Throws `BAD_REQUEST` for a cursor that the server did not make. */
export async function listActiveEvents(
  { table }: { table: Table },
  { limit = limits.historyLength, cursor }: ActionData<'getActiveEvents'>,
  maxBytes: number,
): Promise<EventList> {
  const from = cursor === undefined ? undefined : await readCursor(table, cursor);
  const page = await listEvents(table, { status: 'active', limit, from });
  const fits = byteBudget(maxBytes);
  const all = await getEvents(table, page.ids);
  const fitting: Event[] = [];
  for (const event of all) {
    if (!fits(event)) break;
    fitting.push(event);
  }
  const last = fitting.at(-1);
  const next = last && fitting.length < all.length ? rankOf(last) : page.next;
  // The index may be behind: the head knows.
  const events = fitting.filter((event) => event.status === 'active');
  return next === undefined ? { events } : { events, nextCursor: encodeCursor(next) };
}

const rankOf = ({ createdAt, id }: Event) => eventRank(Date.parse(createdAt), id);

/** A cursor is the rank of the last event of its page. */
const encodeCursor = (rank: string): string => Buffer.from(rank).toString('base64url');

async function readCursor(table: Table, cursor: string): Promise<string> {
  const rank = Buffer.from(cursor, 'base64url').toString();
  // Every rank that was ever given out is that of an event.
  const [event] = /^\d{15}#[\w-]{16}$/.test(rank) ? await getEvents(table, [idOf(rank)]) : [];
  if (!event || rankOf(event) !== rank || encodeCursor(rank) !== cursor) {
    throw badRequest('cursor', 'must be the nextCursor of an earlier answer');
  }
  return rank;
}
