import { deliverNow, recentCursor } from '../delivery/deliver.ts';
import { newId } from '../ids.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Author, Message, Participant } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import type { Replies } from '../protocol/replies.ts';
import type { Connection } from '../store/connections.ts';
import { type Gate, getEventHead } from '../store/event-head.ts';
import type { LogEntry } from '../store/log.ts';
import { getSent, putOnce } from '../store/sent-markers.ts';
import { append } from './append.ts';
import type { Chat, Reply } from './chat.ts';
import { checkRules } from './check-rules.ts';
import { membershipOf } from './membership-of.ts';
import { rateLimit, writersOf } from './rate-limit.ts';
import { guardRoom } from './room-guard.ts';
import { stopTyping } from './typing.ts';

/** Stores a message, and delivers it at once if the audience is small. Answered: certain to reach everybody. */
export async function sendMessage(
  chat: Chat,
  connection: Connection,
  { text, clientMessageId }: ActionData<'sendMessage'>,
): Promise<Reply<Replies['sendMessage']>> {
  const { eventId, participant } = membershipOf(connection);
  const [head, seen, used] = await Promise.all([
    getEventHead(chat.table, eventId, { consistent: false }),
    recentCursor(chat, eventId),
    rateLimit(chat, writersOf(connection), 'sendMessage'),
  ]);
  const draft: Draft = {
    id: newId(),
    eventId,
    participant: authorOf(participant),
    text,
    sentAt: new Date().toISOString(),
    ...(clientMessageId !== undefined && { clientMessageId }),
  };
  const first = await findFirst(chat, draft);
  if (first) return { data: { message: first } };
  const gate = await checkRules(chat, connection, eventId, head ?? {});
  await guardRoom(chat, connection, { head, cursor: seen, text, used });
  const { message, ...written } = await store(chat, connection, draft, gate);
  await deliverNow(chat, eventId, { seen, ...written });
  return { data: { message }, afterwards: stopTyping(chat, connection) };
}

type Draft = Omit<Message, 'seq'>;

const authorOf = ({ joinedAt: _joinedAt, ...author }: Participant): Author => author;

/** The message that an earlier send with the same `clientMessageId` became. */
async function findFirst({ table }: Chat, { eventId, clientMessageId, participant }: Draft) {
  if (clientMessageId === undefined) return undefined;
  return getSent(table, { eventId, clientMessageId, participantId: participant.id });
}

async function store(chat: Chat, connection: Connection, draft: Draft, firstGate: Gate) {
  const { table, metrics } = chat;
  const { id, eventId, ...rest } = draft;
  const messageAt = (seq: number): Message => ({ id, eventId, seq, ...rest });
  const { clientMessageId } = draft;
  let gate = firstGate;
  for (;;) {
    const result = await append<LogEntry & { kind: 'message' }>(chat, eventId, {
      gate,
      entryAt: (seq) => ({ seq, kind: 'message', message: messageAt(seq) }),
      // With a marker, by which a repeat finds it.
      ...(clientMessageId !== undefined && {
        put: ({ message }, expiresAt) => putOnce(table, { ...message, clientMessageId }, expiresAt),
      }),
    });
    if (result === 'refused') {
      // The rules may have changed since they were read.
      const head = await getEventHead(table, eventId);
      if (head?.status !== 'active') throw new ChatError('EVENT_ENDED');
      gate = await checkRules(chat, connection, eventId, head);
      continue;
    }
    if (result !== 'repeated') {
      metrics.count('Messages', 1);
      return { message: messageAt(result.written.head.seq), written: result.written };
    }
    // Another send of the same was faster.
    const first = await findFirst(chat, draft);
    if (first) return { message: first };
  }
}
