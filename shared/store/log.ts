import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Message } from '../protocol/entities.ts';
import { ifCondition } from './conditional.ts';
import { LOG, logKey } from './keys.ts';
import { epochSeconds, getItem, type Item, queryPages, type Table } from './table.ts';
import { transact } from './transaction.ts';

/** One number of an event's log: what took it. `void` is a number that stays unused, perhaps after a message was deleted. */
export type LogEntry = { seq: number } & (
  | { kind: 'message'; message: Message }
  /** The message that stood on the number `of` was taken away. */
  | { kind: 'deleted'; of: number; messageId: string }
  /** What is said of the event, or its rules, changed. */
  | { kind: 'updated' }
  | { kind: 'ended' }
  | { kind: 'void'; messageId?: string }
);

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
  if (found?.kind !== entry.kind) return false;
  return found.kind !== 'message' || entry.kind !== 'message' || found.message.id === entry.message.id;
}

export async function getEntry(table: Table, eventId: string, seq: number): Promise<LogEntry | undefined> {
  return getItem<LogEntry>(table, logKey(eventId, seq));
}

/**
 * Takes a message away, text and all, and puts on another number that this was done, both or neither: whoever reads on
 * hears of it. `repeated`: the message is gone already; `taken`: a reader closed the other number.
 */
export async function putDeletion(
  table: Table,
  eventId: string,
  entry: LogEntry & { kind: 'deleted' },
  expiresAt: number,
): Promise<'put' | 'repeated' | 'taken'> {
  const [failed] = await transact(table, [
    {
      Update: {
        Key: logKey(eventId, entry.of),
        UpdateExpression: 'SET kind = :void, messageId = :id REMOVE #message',
        // The number stays, unused; nothing else may lose its own.
        ConditionExpression: 'kind = :message',
        ExpressionAttributeNames: { '#message': 'message' },
        ExpressionAttributeValues: { ':void': 'void', ':message': 'message', ':id': entry.messageId },
      },
    },
    {
      Put: {
        Item: logItem(eventId, entry, expiresAt),
        // Nobody closed the number.
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ]);
  if (failed === undefined) return 'put';
  return failed === 0 ? 'repeated' : 'taken';
}

export interface LogRange {
  /** Exclusive. */
  after?: number;
  /** Inclusive. */
  upTo?: number;
  newestFirst?: boolean;
  /** Entries a page of the query reads; a hint for how many the caller will take. */
  pageSize: number;
}

/** The entries of a range in order of `seq`, holes and all, the expired as `void`. Stop reading when you have enough. */
export async function* readLog(table: Table, eventId: string, range: LogRange): AsyncGenerator<LogEntry> {
  const first = (range.after ?? 0) + 1;
  const last = range.upTo ?? Number.MAX_SAFE_INTEGER;
  if (first > last) return;
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': logKey(eventId, first).pk,
      ':first': logKey(eventId, first).sk,
      ':last': range.upTo === undefined ? `${LOG}~` : logKey(eventId, last).sk,
    },
    ConsistentRead: true,
    ScanIndexForward: !range.newestFirst,
    Limit: range.pageSize,
  });
  const now = Date.now();
  for await (const page of pages) {
    for (const item of page) {
      const entry = item as unknown as LogEntry & { expiresAt: number };
      // Time to live deletes days late: the expiry is ours to check. No hole: nobody may put there.
      yield entry.expiresAt > now ? entry : { seq: entry.seq, kind: 'void' };
    }
  }
}

/** The entries after `after` up to the first number that is missing: what readers may see. */
export async function readPrefix(
  table: Table,
  eventId: string,
  after: number,
  max: number,
): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of readLog(table, eventId, { after, pageSize: max })) {
    if (entry.seq !== after + entries.length + 1) break;
    entries.push(entry);
    if (entries.length === max) break;
  }
  return entries;
}
