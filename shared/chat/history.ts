import type { Message } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { getCursor } from '../store/cursor.ts';
import type { StoredMessage } from '../store/log.ts';
import { LONGEST_QUOTE, withQuotes } from '../store/messages.ts';
import { readLog, readPrefix } from '../store/read-log.ts';
import type { Table } from '../store/table.ts';
import { byteBudget } from './byte-budget.ts';

/** So much that is no message a page passes by: where somebody has written a lot, all of which was deleted. */
export const UNUSED = 2_000;
/** How far readers look beyond what windows have delivered. */
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
  /** More messages lie in the direction that was asked for; around an instant, later ones. */
  hasMore: boolean;
  /** Around an instant: there are earlier ones. */
  hasMoreBefore?: boolean;
  /** With `after`: messages up to it that were deleted in the stretch that this page covers. */
  deletedSeqs?: number[];
  /** The end of that stretch, where there is more and the last message, or with `before` the first, is not it. */
  upTo?: number;
}

/**
 * The `seq` up to which everybody may read: no number below it is open any more, so that whoever goes on after it skips
 * nothing.
 */
export async function readableEnd(table: Table, eventId: string): Promise<number> {
  const delivered = (await getCursor(table, eventId))?.delivered ?? 0;
  const { entries: ahead } = await readPrefix(table, eventId, delivered, { entries: LOOK_AHEAD });
  return ahead.at(-1)?.seq ?? delivered;
}

/** One page of an event's messages up to `end`: shorter than `limit` if it would come to more than `maxBytes`. */
export async function readPage(
  table: Table,
  eventId: string,
  end: number,
  { before, after, limit = limits.historyLength }: PageQuery,
  maxBytes: number,
): Promise<Page> {
  const newestFirst = after === undefined;
  const until = before === undefined ? end : Math.min(end, before - 1);
  const last = newestFirst ? 1 : until;
  const entries = readLog(table, eventId, {
    after: after ?? 0,
    upTo: until,
    newestFirst,
    // One more than the page tells whether there is more.
    pageSize: Math.min(limit, limits.pageLength) + 1,
    maxBytes,
  });
  const found: StoredMessage[] = [];
  const deleted = new Set<number>();
  const fits = byteBudget(maxBytes);
  const fitsQuoted = (message: StoredMessage) =>
    fits(message.replyTo ? { ...message, replyTo: LONGEST_QUOTE } : message);
  let hasMore = false;
  let upTo = after ?? 0;
  let unused = 0;
  for await (const entry of entries) {
    const known = entry.kind === 'deleted' ? entry.messages.map(({ seq }) => seq) : [];
    const before = after === undefined ? [] : known.filter((seq) => seq <= after);
    hasMore =
      !before.every(fits) ||
      (entry.kind === 'message' && (found.length === limit || !fitsQuoted(entry.message)));
    if (hasMore) break;
    for (const seq of known) deleted.add(seq);
    if (entry.kind === 'message') found.push(entry.message);
    else unused += 1;
    upTo = entry.seq;
    hasMore = unused === UNUSED && upTo !== last;
    if (hasMore) break;
  }
  // What was passed by is not to be read again.
  const isCut = unused === UNUSED;
  // A read may see a deletion and, for a moment, still what it took away.
  const there = found.filter(({ seq }) => !deleted.has(seq));
  const messages = await withQuotes(table, eventId, there);
  if (after === undefined)
    return { messages: messages.reverse(), hasMore, ...(hasMore && isCut && { upTo }) };
  const deletedSeqs = [...deleted].filter((seq) => seq <= after);
  return {
    messages,
    hasMore,
    ...(deletedSeqs.length > 0 && { deletedSeqs }),
    // Without a message it is hard to tell where to go on.
    ...(hasMore && (isCut || messages.length === 0 || deletedSeqs.length > 0) && { upTo }),
  };
}
