import { LONE_SURROGATE } from '../protocol/characters.ts';
import type { Message } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { logKey } from './keys.ts';
import type { LogEntry, StoredMessage } from './log.ts';
import { type Expiring, unlessExpired } from './read-log.ts';
import { batchGet, type Table } from './table.ts';

/** DynamoDB takes no more keys at once. */
const BATCH = 100;

export type Quote = NonNullable<Message['replyTo']>;

/** What a reply says of the message that it answers. */
export function quote({ seq, participant: { id, username }, text }: StoredMessage): Quote {
  const beginning = text.slice(0, limits.quoteLength);
  const isCut = LONE_SURROGATE.test(beginning);
  return { seq, participant: { id, username }, text: isCut ? beginning.slice(0, -1) : beginning };
}

/** Room that the quote of a reply takes at most. A character of a text has at most three bytes in JSON. */
export const LONGEST_QUOTE: Quote = {
  seq: Number.MAX_SAFE_INTEGER,
  participant: { id: 'x'.repeat(64), username: 'x'.repeat(3 * limits.usernameLength) },
  text: 'x'.repeat(3 * limits.quoteLength),
};

/** Of a message that is gone: neither what was said nor by whom. */
const emptyQuote = (seq: number): Quote => ({ seq, participant: { id: '', username: '' }, text: '' });

/**
 * Messages as they are shown. A reply is stored without its quote, which is made from the original whenever it is read: what
 * is deleted stands nowhere else.
 */
export async function withQuotes(
  table: Table,
  eventId: string,
  messages: readonly StoredMessage[],
): Promise<Message[]> {
  const seqs = new Set(messages.flatMap(({ replyTo }) => (replyTo ? [replyTo.seq] : [])));
  const originals = seqs.size > 0 ? await getStored(table, eventId, [...seqs]) : undefined;
  return messages.map(({ replyTo, ...message }) => {
    if (!replyTo) return message;
    const original = originals?.get(replyTo.seq);
    return { ...message, replyTo: original ? quote(original) : emptyQuote(replyTo.seq) };
  });
}

/** The message with this number; undefined: there is none, or it was deleted. */
export async function getMessage(table: Table, eventId: string, seq: number): Promise<Message | undefined> {
  const stored = (await getStored(table, eventId, [seq])).get(seq);
  return stored && (await withQuotes(table, eventId, [stored]))[0];
}

async function getStored(
  table: Table,
  eventId: string,
  seqs: readonly number[],
): Promise<Map<number, StoredMessage>> {
  const found = new Map<number, StoredMessage>();
  for (let from = 0; from < seqs.length; from += BATCH) {
    const keys = seqs.slice(from, from + BATCH).map((seq) => logKey(eventId, seq));
    for (const item of await batchGet(table, keys)) {
      const entry = unlessExpired(item as unknown as LogEntry & Expiring);
      if (entry.kind === 'message') found.set(entry.seq, entry.message);
    }
  }
  return found;
}
