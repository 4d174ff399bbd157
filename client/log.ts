import type { Message } from '../shared/protocol/entities.ts';
import type { SentMessage } from './types.ts';

/** The part of an event's log that a room has: from `from` on, without a hole up to where the room has caught up. */
export interface Log {
  /** By `seq`. */
  readonly messages: readonly SentMessage[];
  /** What is before it comes with a page of older messages, or a hole would be in between. */
  readonly from: number;
  /** Remembered, since a page that was read before a deletion may come after it. */
  readonly deleted: ReadonlySet<number>;
}

export const emptyLog: Log = { messages: [], from: 0, deleted: new Set() };

export interface Page {
  messages: readonly Message[];
  hasMore: boolean;
  deletedSeqs?: readonly number[] | undefined;
  upTo?: number | undefined;
}

/** Puts messages where they belong. One that is there already stays the same object, with its `key`. */
export function withMessages(log: Log, messages: readonly SentMessage[]): Log {
  const known = new Map(log.messages.map((message) => [message.seq, message]));
  for (const message of messages) {
    const { seq } = message;
    if (seq >= log.from && !known.has(seq) && !log.deleted.has(seq))
      known.set(seq, withoutQuote(message, log.deleted));
  }
  if (known.size === log.messages.length) return log;
  return { ...log, messages: [...known.values()].sort((a, b) => a.seq - b.seq) };
}

export function withoutMessages(log: Log, seqs: readonly number[]): Log {
  const deleted = new Set([...log.deleted, ...seqs]);
  const left = log.messages.filter(({ seq }) => !deleted.has(seq));
  return { ...log, deleted, messages: left.map((message) => withoutQuote(message, deleted)) };
}

/** What it answers is not to be read in it any more, once that is deleted. */
function withoutQuote(message: SentMessage, deleted: Log['deleted']): SentMessage {
  const { replyTo } = message;
  if (!replyTo?.text || !deleted.has(replyTo.seq)) return message;
  return { ...message, replyTo: { ...replyTo, text: '' } };
}

/** With a page of the messages before the log's first: nothing is known of what is before `from`. */
export function withOlder(log: Log, messages: readonly SentMessage[], from: number): Log {
  return withMessages({ ...log, from }, messages);
}

/** The newest page, and of what there was only what came after `end`, up to which the page reaches at least. */
export function restarted(log: Log, messages: readonly SentMessage[], from: number, end: number): Log {
  const newer = log.messages.filter(({ seq }) => seq > end);
  return withOlder({ ...log, messages: newer }, messages, from);
}

/** Before what the next page of older messages is; 0: there is none. */
export const beginningOf = ({ messages, hasMore, upTo }: Page): number =>
  (hasMore && (upTo ?? messages[0]?.seq)) || 0;
