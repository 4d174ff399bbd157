import type { Message } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { getCursor } from '../store/cursor.ts';
import { readLog, readPrefix, type StoredMessage } from '../store/log.ts';
import { LONGEST_QUOTE, withQuotes } from '../store/messages.ts';
import type { Table } from '../store/table.ts';
import { byteBudget } from './byte-budget.ts';

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
  /** The end of that stretch, where there is more and the last message is not it. */
  upTo?: number;
}

/**
 * The `seq` up to which everybody may read: no number below it is open any more, so that whoever goes on after it skips
 * nothing.
 */
export async function readableEnd(table: Table, eventId: string): Promise<number> {
  const delivered = (await getCursor(table, eventId))?.delivered ?? 0;
  const ahead = await readPrefix(table, eventId, delivered, LOOK_AHEAD);
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
  const entries = readLog(table, eventId, {
    after: after ?? 0,
    upTo: before === undefined ? end : Math.min(end, before - 1),
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
  for await (const entry of entries) {
    const known = entry.kind === 'deleted' ? entry.messages.map(({ seq }) => seq) : [];
    const before = after === undefined ? [] : known.filter((seq) => seq <= after);
    hasMore =
      !before.every(fits) ||
      (entry.kind === 'message' && (found.length === limit || !fitsQuoted(entry.message)));
    if (hasMore) break;
    for (const seq of known) deleted.add(seq);
    if (entry.kind === 'message') found.push(entry.message);
    upTo = entry.seq;
  }
  // A read may see a deletion and, for a moment, still what it took away.
  const there = found.filter(({ seq }) => !deleted.has(seq));
  const messages = await withQuotes(table, eventId, there);
  if (after === undefined) return { messages: messages.reverse(), hasMore };
  const deletedSeqs = [...deleted].filter((seq) => seq <= after);
  return {
    messages,
    hasMore,
    ...(deletedSeqs.length > 0 && { deletedSeqs }),
    // Without a message it is hard to tell where to go on.
    ...(hasMore && (messages.length === 0 || deletedSeqs.length > 0) && { upTo }),
  };
}
