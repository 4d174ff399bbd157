import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Message } from '../protocol/entities.ts';
import { ifCondition } from './conditional.ts';
import { LOG, logKey } from './keys.ts';
import { epochSeconds, getItem, type Item, queryPages, type Table } from './table.ts';
import { transact } from './transaction.ts';

/** A message in the log: of what it answers it knows the number alone (shared/store/messages.ts). */
export type StoredMessage = Omit<Message, 'replyTo'> & { replyTo?: { seq: number } | undefined };

/**
 * One number of an event's log: what took it. `at`: what the log came to with it, bytes, as the head counts. `void` is a number that
 * stays unused, perhaps after a message was deleted.
 */
export type LogEntry = { seq: number; at?: number } & (
  | { kind: 'message'; message: StoredMessage }
  /** These messages were taken away from their numbers. */
  | { kind: 'deleted'; messages: { seq: number; id: string }[] }
  /** What is said of the event, or its rules, changed. */
  | { kind: 'updated' }
  | { kind: 'ended' }
  /** `sentAt`: of a message that was deleted. */
  | { kind: 'void'; messageId?: string; sentAt?: string }
);

/** What an entry comes to in a frame, bytes, about. */
export function entryBytes(entry: LogEntry): number {
  if (entry.kind === 'message') return messageBytes(entry.message);
  return entry.kind === 'deleted' ? 100 * entry.messages.length : entry.kind === 'void' ? 0 : 2_000;
}

/** With the longest quote. */
const QUOTE_BYTES = 600;

/** What of a message has a size of its own. */
export type Sized = Pick<StoredMessage, 'text' | 'metadata' | 'replyTo' | 'clientMessageId'> & {
  participant: Pick<StoredMessage['participant'], 'metadata' | 'username'>;
};

/** What a message comes to in a frame, bytes, about. */
export function messageBytes({ text, metadata, replyTo, clientMessageId, participant }: Sized): number {
  const sized = [text, metadata, clientMessageId, participant.metadata, participant.username];
  const bytes = Buffer.byteLength(JSON.stringify(sized.filter((one) => one !== undefined)));
  return 300 + bytes + (replyTo ? QUOTE_BYTES : 0);
}

/** When an entry that is written now goes, milliseconds since the epoch. */
export const logExpiry = ({ messageRetentionDays }: { messageRetentionDays: number }): number =>
  Date.now() + messageRetentionDays * 24 * 3_600_000;

/** The item of an entry, gone from `expiresAt` (milliseconds) on. */
export const logItem = (eventId: string, entry: LogEntry, expiresAt: number): Item => ({
  ...logKey(eventId, entry.seq),
  ...entry,
  expiresAt,
  ttl: epochSeconds(expiresAt),
});

/**
 * Puts an entry on its number, which nothing else may have taken. False: something else has; a reader closed the
 * number because we were slow.
 */
export async function putEntry(
  table: Table,
  eventId: string,
  entry: LogEntry,
  expiresAt: number,
): Promise<boolean> {
  const command = new PutCommand({
    TableName: table.name,
    Item: logItem(eventId, entry, expiresAt),
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  if (await ifCondition(() => table.client.send(command))) return true;
  // The SDK repeats a write whose answer was lost: what stands there may be ours.
  return isSame(await getEntry(table, eventId, entry.seq), entry);
}

function isSame(found: LogEntry | undefined, entry: LogEntry): boolean {
  // Put, delivered and deleted, before we heard that it was put.
  if (found?.kind === 'void' && entry.kind === 'message') return found.messageId === entry.message.id;
  if (found?.kind !== entry.kind) return false;
  return found.kind !== 'message' || entry.kind !== 'message' || found.message.id === entry.message.id;
}

export async function getEntry(table: Table, eventId: string, seq: number): Promise<LogEntry | undefined> {
  return getItem<LogEntry>(table, logKey(eventId, seq));
}

/**
 * Takes messages away, text and all, and puts on another number that this was done, all or nothing: whoever reads on
 * hears of it. At most 99. `repeated`: one of them is gone already; `taken`: a reader closed the other number.
 */
export async function putDeletion(
  table: Table,
  eventId: string,
  entry: LogEntry & { kind: 'deleted' },
  expiresAt: number,
): Promise<'put' | 'repeated' | 'taken'> {
  const removals = entry.messages.map(({ seq, id }) => ({
    Update: {
      Key: logKey(eventId, seq),
      UpdateExpression: 'SET kind = :void, messageId = :id, sentAt = #message.sentAt REMOVE #message',
      // The number stays, unused; nothing else may lose its own.
      ConditionExpression: 'kind = :message',
      ExpressionAttributeNames: { '#message': 'message' },
      ExpressionAttributeValues: { ':void': 'void', ':message': 'message', ':id': id },
    },
  }));
  // Nobody closed the number.
  const ConditionExpression = 'attribute_not_exists(pk)';
  const announcement = { Put: { Item: logItem(eventId, entry, expiresAt), ConditionExpression } };
  const [failed] = await transact(table, [announcement, ...removals]);
  if (failed === undefined) return 'put';
  return failed === 0 ? 'taken' : 'repeated';
}

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
