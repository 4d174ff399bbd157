import { LOG, logKey } from './keys.ts';
import { entryBytes, type LogEntry } from './log.ts';
import { queryPages, type Table } from './table.ts';

const LATER_PAGE_SIZE = 1_000;

export interface LogRange {
  /** Exclusive. */
  after?: number;
  /** Inclusive. */
  upTo?: number;
  newestFirst?: boolean;
  /** As many entries as the caller will take if nothing is left out. */
  pageSize: number;
  /** What the caller will take, in frames. With it, a few entries are read first, and then as many as that seems to be. */
  maxBytes?: number;
}

const FIRST_PAGE_SIZE = 12;

/** The entries of a range in order of `seq`, holes and all, the expired as `void`. Stop reading when you have enough. */
export async function* readLog(table: Table, eventId: string, range: LogRange): AsyncGenerator<LogEntry> {
  for await (const { entry } of readMeasured(table, eventId, range)) yield entry;
}

/** The same, each with what it comes to in a frame. */
async function* readMeasured(
  table: Table,
  eventId: string,
  range: LogRange,
): AsyncGenerator<{ entry: LogEntry; bytes: number }> {
  const first = (range.after ?? 0) + 1;
  const last = range.upTo ?? Number.MAX_SAFE_INTEGER;
  if (first > last) return;
  const { pageSize, maxBytes = Number.POSITIVE_INFINITY } = range;
  const isBounded = maxBytes < Number.POSITIVE_INFINITY;
  const read = { entries: 0, messages: 0, bytes: 0 };
  /** As many as the rest seems to be; many after a long stretch of unused numbers. */
  const laterLimit = () => {
    if (!isBounded) return LATER_PAGE_SIZE;
    const byBytes = ((maxBytes - read.bytes) * read.entries) / (read.bytes + 1);
    const byNumber = ((pageSize - read.messages) * read.entries) / Math.max(1, read.messages);
    return Math.max(FIRST_PAGE_SIZE, Math.min(LATER_PAGE_SIZE, Math.ceil(byBytes), Math.ceil(byNumber)));
  };
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': logKey(eventId, first).pk,
      ':first': logKey(eventId, first).sk,
      ':last': range.upTo === undefined ? `${LOG}~` : logKey(eventId, last).sk,
    },
    ConsistentRead: true,
    ScanIndexForward: !range.newestFirst,
    Limit: isBounded ? Math.min(FIRST_PAGE_SIZE, pageSize) : pageSize,
    laterLimit,
  });
  for await (const page of pages) {
    const entries = page.map((item) => {
      const entry = unlessExpired(item as unknown as LogEntry & Expiring);
      return { entry, bytes: entryBytes(entry) };
    });
    read.entries += entries.length;
    read.messages += entries.filter(({ entry }) => entry.kind === 'message').length;
    read.bytes += entries.reduce((sum, { bytes }) => sum + bytes, 0);
    yield* entries;
  }
}

export interface Expiring {
  expiresAt: number;
}

/** Time to live deletes days late: the expiry is ours to check. No hole: nobody may put there. */
export const unlessExpired = (entry: LogEntry & Expiring): LogEntry =>
  entry.expiresAt > Date.now() ? entry : { seq: entry.seq, kind: 'void' };

/** What a reader takes of a range at most; the entry that reaches a bound is the last. */
export interface LogBounds {
  entries?: number;
  messages?: number;
  bytes?: number;
}

export interface LogPart {
  entries: LogEntry[];
  /** A bound has ended it: there may be more. */
  isCut: boolean;
}

/** The beginning of a range, as far as the bounds allow. `goesOn`: whether the next entry still belongs to it. */
export async function readPart(
  table: Table,
  eventId: string,
  range: LogRange,
  most: LogBounds,
  goesOn: (next: LogEntry, before: readonly LogEntry[]) => boolean = () => true,
): Promise<LogPart> {
  const entries: LogEntry[] = [];
  let { entries: left = Infinity, messages: messagesLeft = Infinity, bytes: bytesLeft = Infinity } = most;
  for await (const { entry, bytes } of readMeasured(table, eventId, range)) {
    if (!goesOn(entry, entries)) break;
    entries.push(entry);
    left -= 1;
    bytesLeft -= bytes;
    if (entry.kind === 'message') messagesLeft -= 1;
    if (Math.min(left, messagesLeft, bytesLeft) <= 0) return { entries, isCut: true };
  }
  return { entries, isCut: false };
}

/** The entries after `after` up to the first number that is missing: what readers may see. */
export const readPrefix = (
  table: Table,
  eventId: string,
  after: number,
  most: LogBounds & { entries: number },
): Promise<LogPart> =>
  readPart(
    table,
    eventId,
    { after, pageSize: most.entries },
    most,
    ({ seq }, { length }) => seq === after + length + 1,
  );
