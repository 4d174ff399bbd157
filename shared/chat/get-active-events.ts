import type { ActionData } from '../protocol/client-to-server.ts';
import type { Event } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { badRequest } from '../protocol/parse.ts';
import { getEvents, listEvents } from '../store/events.ts';
import type { Table } from '../store/table.ts';

export interface EventList {
  events: Event[];
  nextCursor?: string;
}

/** Active events, newest first. Throws `BAD_REQUEST` for a cursor that is not ours. */
export async function getActiveEvents(
  { table }: { table: Table },
  { limit = limits.historyLength, cursor }: ActionData<'getActiveEvents'>,
): Promise<EventList> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor);
  const { ids, next } = await listEvents(table, { status: 'active', limit, from });
  // The index may be behind: the bell knows.
  const events = (await getEvents(table, ids)).filter((event) => event.status === 'active');
  return next === undefined ? { events } : { events, nextCursor: encodeCursor(next) };
}

/** A cursor is the index's rank of the last event of the page. */
const RANK = /^\d{15}#[\w-]{16}$/;
const encodeCursor = (rank: string): string => Buffer.from(rank).toString('base64url');

function decodeCursor(cursor: string): string {
  const rank = Buffer.from(cursor, 'base64url').toString();
  if (!RANK.test(rank) || encodeCursor(rank) !== cursor)
    throw badRequest('cursor', 'is not a cursor of ours');
  return rank;
}
