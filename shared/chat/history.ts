import type { Message } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { getCursor } from '../store/cursor.ts';
import { readLog, readPrefix } from '../store/log.ts';
import type { Table } from '../store/table.ts';
import { byteBudget } from './byte-budget.ts';

/** How far readers look beyond what windows have claimed. */
const LOOK_AHEAD = 500;

export interface PageQuery {
  /** Messages with a lower `seq`, the newest of them. Excludes `after`. */
  before?: number | undefined;
  /** Messages with a higher `seq`, the oldest of them. */
  after?: number | undefined;
  limit?: number | undefined;
}

export interface Page {
  /** Oldest first. */
  messages: Message[];
  /** More messages lie in the direction that was asked for. */
  hasMore: boolean;
  /** With `after`: messages up to it that were deleted in the stretch that this page covers. */
  deletedSeqs?: number[];
}

/**
 * The `seq` up to which everybody may read: no number below it is open any more, so that whoever goes on after it skips
 * nothing.
 */
export async function readableEnd(table: Table, eventId: string): Promise<number> {
  const claimed = (await getCursor(table, eventId))?.claimed ?? 0;
  const ahead = await readPrefix(table, eventId, claimed, LOOK_AHEAD);
  return ahead.at(-1)?.seq ?? claimed;
}

/** One page of an event's messages up to `end`: shorter than `limit` if it would not fit with `reservedBytes` more. */
export async function readPage(
  table: Table,
  eventId: string,
  end: number,
  { before, after, limit = limits.historyLength }: PageQuery,
  reservedBytes: number,
): Promise<Page> {
  const newestFirst = after === undefined;
  const entries = readLog(table, eventId, {
    after: after ?? 0,
    upTo: before === undefined ? end : Math.min(end, before - 1),
    newestFirst,
    // One more than the page tells whether there is more.
    pageSize: Math.min(limit, limits.pageLength) + 1,
  });
  const messages: Message[] = [];
  const deletedSeqs: number[] = [];
  const fits = byteBudget(reservedBytes);
  let hasMore = false;
  for await (const entry of entries) {
    // A later one of this page is not in it any more.
    if (entry.kind === 'deleted' && after !== undefined && entry.of <= after) {
      hasMore = !fits(entry.of);
      if (hasMore) break;
      deletedSeqs.push(entry.of);
    }
    if (entry.kind !== 'message') continue;
    hasMore = messages.length === limit || !fits(entry.message);
    if (hasMore) break;
    messages.push(entry.message);
  }
  return {
    messages: newestFirst ? messages.reverse() : messages,
    hasMore,
    ...(deletedSeqs.length > 0 && { deletedSeqs }),
  };
}
