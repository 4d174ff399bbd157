import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Message } from '../protocol/entities.ts';
import { ifCondition } from './conditional.ts';
import { logKey } from './keys.ts';
import { epochSeconds, getItem, type Item, type Table } from './table.ts';
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
