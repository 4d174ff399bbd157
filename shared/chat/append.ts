import type { Delivery } from '../delivery/types.ts';
import type { KnownState } from '../delivery/window/run-windows.ts';
import type { Message } from '../protocol/entities.ts';
import { allocateSeq, type EventHead, type Gate, getEventHead } from '../store/event-head.ts';
import { entryBytes, type LogEntry, logExpiry, putEntry } from '../store/log.ts';
import { withQuotes } from '../store/messages.ts';
import { getSent, putOnce } from '../store/sent-markers.ts';
import type { Table } from '../store/table.ts';
import type { Chat } from './chat.ts';
import { requireActive } from './require-active.ts';

/** A reader closes a number only if its entry is more than a second late. */
const NUMBER_TRIES = 5;

/** `refused`: the event ended, is paused or is not there. */
export type Appended = { written: Required<KnownState> } | 'repeated' | 'refused';

export interface Appending<Entry> {
  /** The condition under which the entry gets a number. */
  gate: Gate;
  /** The entry for a number. */
  entryAt: (seq: number) => Entry;
  /** How the entry is put, if not with a plain conditional put. `repeated`: another has put the same; `taken`: a reader closed the number. */
  put?: (entry: Entry, expiresAt: number) => Promise<'put' | 'repeated' | 'taken'>;
}

/** Takes a number of the log and puts an entry on it. Nothing is acknowledged between the two: a crash leaves a hole. */
export async function append<Entry extends LogEntry>(
  { table, settings }: Pick<Delivery, 'table' | 'settings'>,
  eventId: string,
  { gate, entryAt, put = putPlainly(table, eventId) }: Appending<Entry>,
): Promise<Appended> {
  const expiresAt = logExpiry(settings);
  for (let attempt = 0; attempt < NUMBER_TRIES; attempt += 1) {
    const head = await allocateSeq(table, eventId, { gate, bytes: entryBytes(entryAt(0)) });
    if (!head) return 'refused';
    const { seq } = head;
    const entry = { ...entryAt(seq), at: head.bytes };
    const result = await put(entry, expiresAt);
    if (result === 'put') return { written: { head, entry } };
    if (result === 'taken') continue;
    // Our number stays unused.
    await putEntry(table, eventId, { seq, kind: 'void' }, expiresAt);
    return 'repeated';
  }
  throw new Error('Every allocated number was closed by a reader');
}

const putPlainly =
  (table: Table, eventId: string) =>
  async (entry: LogEntry, expiresAt: number): Promise<'put' | 'taken'> =>
    (await putEntry(table, eventId, entry, expiresAt)) ? 'put' : 'taken';

/** A message that has no number yet. */
export type Draft = Omit<Message, 'seq'>;

/** The message that an earlier draft with the same `clientMessageId` became. */
export async function firstOf(
  { table }: Chat,
  { eventId, clientMessageId, participant }: Pick<Draft, 'eventId' | 'clientMessageId' | 'participant'>,
): Promise<Message | undefined> {
  if (clientMessageId === undefined) return undefined;
  const stored = await getSent(table, { eventId, clientMessageId, participantId: participant.id });
  return stored && (await withQuotes(table, eventId, [stored]))[0];
}

interface Terms {
  gate: Gate;
  /** The gate of an event that was found to be other than it was. Throws if the message may not be written. */
  gateFor(head: EventHead): Promise<Gate>;
}

/**
 * Appends a message, once for each `clientMessageId`; resolves to it, or to the one that another draft with the same id became
 * first. From then on it is certain to reach everybody. Throws `EVENT_ENDED`, `EVENT_NOT_FOUND`.
 */
export async function appendMessage(
  chat: Chat,
  draft: Draft,
  { gate: firstGate, gateFor }: Terms,
): Promise<{ message: Message; written?: Required<KnownState> }> {
  const { table, metrics } = chat;
  const { id, eventId, ...rest } = draft;
  const messageAt = (seq: number): Message => ({ id, eventId, seq, ...rest });
  const { clientMessageId, replyTo } = draft;
  const storedAt = (seq: number) => ({
    ...messageAt(seq),
    ...(replyTo && { replyTo: { seq: replyTo.seq } }),
  });
  let gate = firstGate;
  for (;;) {
    const result = await append<LogEntry & { kind: 'message' }>(chat, eventId, {
      gate,
      entryAt: (seq) => ({ seq, kind: 'message', message: storedAt(seq) }),
      // With a marker, by which a repeat finds it.
      ...(clientMessageId !== undefined && {
        put: ({ message }, expiresAt) => putOnce(table, { ...message, clientMessageId }, expiresAt),
      }),
    });
    if (result === 'refused') {
      // The rules may have changed since they were read.
      const head = await getEventHead(table, eventId);
      requireActive(head);
      gate = await gateFor(head);
      continue;
    }
    if (result !== 'repeated') {
      metrics.count('Messages', 1);
      return { message: messageAt(result.written.head.seq), written: result.written };
    }
    // Another append of the same was faster.
    const first = await firstOf(chat, draft);
    if (first) return { message: first };
  }
}
