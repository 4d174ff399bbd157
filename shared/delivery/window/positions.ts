import type { Cursor } from '../../store/cursor.ts';
import { type LogEntry, readLog } from '../../store/log.ts';
import type { NamelessMember } from '../../store/members.ts';
import type { Table } from '../../store/table.ts';

/** So many places a cursor can remember: an item has at most 400 KB. */
export const PENDING_MAX = 5_000;

/**
 * After which seq live members are served, where that is not simply what was delivered before: more, if they went live
 * with a history that reached further; less, if windows passed them by. Held members have no place yet: they are
 * remembered in `pending`, with the first thing they miss. Those who are away will say themselves where they were.
 */
export function place({ delivered, pending: before }: Cursor, members: readonly NamelessMember[]) {
  const pending: Record<string, number> = {};
  const positions = new Map<string, number>();
  for (const { connectionId, state, after = 0 } of members) {
    const missedFrom = before[connectionId] ?? delivered;
    if (state === 'held') pending[connectionId] = missedFrom;
    const position = Math.max(missedFrom, after);
    if (state === 'live' && position !== delivered) positions.set(connectionId, position);
  }
  return { pending, positions };
}

/** What windows have delivered already, to all but some who are live now. */
export async function readBacklog(
  table: Table,
  eventId: string,
  delivered: number,
  positions: ReadonlyMap<string, number>,
): Promise<LogEntry[]> {
  const backlog: LogEntry[] = [];
  let first = delivered;
  for (const position of positions.values()) first = Math.min(first, position);
  for await (const entry of readLog(table, eventId, { after: first, upTo: delivered, pageSize: 100 })) {
    backlog.push(entry);
  }
  return backlog;
}
