import { deliverNow, seeSmall } from '../delivery/deliver.ts';
import type { Rung } from '../delivery/run-windows.ts';
import { newId } from '../ids.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Message } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import type { Replies } from '../protocol/replies.ts';
import { ringForEntry } from '../store/bell.ts';
import type { Connection } from '../store/connections.ts';
import { type LogEntry, logExpiry, putEntry } from '../store/log.ts';
import { getSent, putOnce } from '../store/sent.ts';
import type { Chat, Reply } from './chat.ts';
import { membershipOf } from './membership-of.ts';
import { rateLimit } from './rate-limit.ts';

/** A number is lost only to a reader that found us more than a second late. */
const NUMBER_TRIES = 5;

/** Stores a message, rings, delivers it at once if the audience is small. Answered: certain to reach everybody. */
export async function sendMessage(
  chat: Chat,
  connection: Connection,
  { text, clientMessageId }: ActionData<'sendMessage'>,
): Promise<Reply<Replies['sendMessage']>> {
  const { eventId, participant } = membershipOf(connection);
  await rateLimit(chat, participant.id, 'sendMessage');
  const message: Omit<Message, 'seq'> = {
    id: newId(),
    eventId,
    participant: { id: participant.id, username: participant.username },
    text,
    sentAt: new Date().toISOString(),
    ...(clientMessageId !== undefined && { clientMessageId }),
  };
  const first = await findFirst(chat, message);
  if (first) return { data: { message: first } };
  const seen = seeSmall(chat, eventId);
  const stored = await append(chat, message);
  await deliverNow(chat, eventId, { seen, rung: stored.rung });
  return { data: { message: stored.message } };
}

/** The message that an earlier send with the same `clientMessageId` became. */
async function findFirst({ table }: Chat, message: Omit<Message, 'seq'>): Promise<Message | undefined> {
  const { eventId, clientMessageId, participant } = message;
  if (clientMessageId === undefined) return undefined;
  return getSent(table, { eventId, clientMessageId, participantId: participant.id });
}

/** Takes a number and puts the message on it. Nothing is acknowledged between the two: a crash leaves a hole. */
async function append(chat: Chat, draft: Omit<Message, 'seq'>): Promise<{ message: Message; rung?: Rung }> {
  const { table, settings, metrics } = chat;
  const expiresAt = logExpiry(settings);
  for (let attempt = 0; attempt < NUMBER_TRIES; attempt += 1) {
    const bell = await ringForEntry(table, draft.eventId);
    if (!bell) throw new ChatError('EVENT_ENDED');
    const { seq } = bell;
    const { id, eventId, ...rest } = draft;
    const message: Message = { id, eventId, seq, ...rest };
    const entry = { seq, kind: 'message', message } as const;
    const result = await put(chat, entry, expiresAt);
    if (result === 'put') {
      metrics.count('Messages', 1);
      return { message, rung: { bell, entry } };
    }
    if (result === 'repeated') {
      // Another send of the same was faster: our number stays unused.
      await putEntry(table, eventId, { seq, kind: 'void' }, expiresAt);
      const first = await findFirst(chat, draft);
      if (first) return { message: first };
    }
  }
  throw new Error('No number could be kept');
}

/** `taken`: something else stands on the number. */
async function put({ table }: Chat, entry: LogEntry & { kind: 'message' }, expiresAt: number) {
  const { eventId, clientMessageId } = entry.message;
  if (clientMessageId !== undefined) return putOnce(table, { ...entry.message, clientMessageId }, expiresAt);
  return (await putEntry(table, eventId, entry, expiresAt)) ? 'put' : 'taken';
}
