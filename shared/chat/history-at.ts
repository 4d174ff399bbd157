import { limits } from '../protocol/limits.ts';
import type { StoredMessage } from '../store/log.ts';
import { LONGEST_QUOTE, withQuotes } from '../store/messages.ts';
import { type LogPart, readLog, readPart } from '../store/read-log.ts';
import type { Table } from '../store/table.ts';
import { byteBudget } from './byte-budget.ts';
import { type Page, UNUSED } from './history.ts';

/** Nearly every entry has a time. */
const PROBE_SIZE = 1;

/**
 * The page around an instant, up to `end`: half of it what was sent until then, half what was sent later; where one side has less, more
 * of the other. `hasMoreBefore` and `hasMore` say whether there is more on either side.
 */
export async function readAround(
  table: Table,
  eventId: string,
  end: number,
  { at, limit = limits.historyLength }: { at: string; limit?: number | undefined },
  maxBytes: number,
): Promise<Page> {
  const border = await lastUntil(table, eventId, end, at);
  // On each side: on the other there may be nothing. One message more than the page tells whether there is more.
  const most = { messages: limit + 1, entries: limit + 1 + UNUSED, bytes: maxBytes };
  const range = { pageSize: limit + 1, maxBytes };
  const [earlier, later] = await Promise.all([
    readPart(table, eventId, { upTo: border, newestFirst: true, ...range }, most),
    readPart(table, eventId, { after: border, upTo: end, ...range }, most),
  ]);
  const messages = messagesIn(earlier, later);
  const { found, hasMore, hasMoreBefore } = around(...messages, limit, maxBytes);
  return {
    messages: await withQuotes(table, eventId, found),
    hasMore: hasMore || later.isCut,
    hasMoreBefore: hasMoreBefore || earlier.isCut,
  };
}

/** A read may see a deletion and, for a moment, still what it took away. */
function messagesIn(earlier: LogPart, later: LogPart): [StoredMessage[], StoredMessage[]] {
  const all = [...earlier.entries, ...later.entries];
  const deleted = new Set(
    all.flatMap((entry) => (entry.kind === 'deleted' ? entry.messages : [])).map(({ seq }) => seq),
  );
  const of = ({ entries }: LogPart) =>
    entries.flatMap((entry) => (entry.kind === 'message' && !deleted.has(entry.seq) ? [entry.message] : []));
  return [of(earlier), of(later)];
}

/** From the middle outwards, by turns, as far as it fits. */
function around(earlier: StoredMessage[], later: StoredMessage[], limit: number, maxBytes: number) {
  const fits = byteBudget(maxBytes);
  let before = 0;
  let after = 0;
  while (before + after < limit) {
    const isEarlier = after >= later.length || (before <= after && before < earlier.length);
    const next = isEarlier ? earlier[before] : later[after];
    if (!next || !fits(next.replyTo ? { ...next, replyTo: LONGEST_QUOTE } : next)) break;
    if (isEarlier) before += 1;
    else after += 1;
  }
  return {
    found: [...earlier.slice(0, before).reverse(), ...later.slice(0, after)],
    hasMore: after < later.length,
    hasMoreBefore: before < earlier.length,
  };
}

/**
 * The number of the last message that was sent until `at`, or 0: by bisection, as numbers are dense, with about log2 of `end` small
 * reads. Messages take their numbers nearly in the order in which they were sent, so one that is a moment off may be on the other side.
 */
async function lastUntil(table: Table, eventId: string, end: number, at: string): Promise<number> {
  let known = 0;
  let last = end;
  while (known < last) {
    const middle = Math.ceil((known + last) / 2);
    const next = await nextTimed(table, eventId, { after: middle - 1, upTo: last });
    if (next && next.sentAt <= at) known = next.seq;
    else last = middle - 1;
  }
  return known;
}

/** The first entry of a range of which it is known when it was sent. */
async function nextTimed(table: Table, eventId: string, range: { after: number; upTo: number }) {
  for await (const entry of readLog(table, eventId, { ...range, pageSize: PROBE_SIZE })) {
    const sentAt = entry.kind === 'message' ? entry.message.sentAt : entry.kind === 'void' && entry.sentAt;
    if (sentAt) return { seq: entry.seq, sentAt };
  }
  return undefined;
}
