import { deliverNow, recentCursor } from '../delivery/deliver.ts';
import { newId } from '../ids.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Replies } from '../protocol/replies.ts';
import type { Connection } from '../store/connections.ts';
import { getEventHead } from '../store/event-head.ts';
import { appendMessage, type Draft, firstOf } from './append.ts';
import { authorOf } from './author-of.ts';
import type { Chat, Reply } from './chat.ts';
import { checkRules } from './check-rules.ts';
import { membershipOf } from './membership-of.ts';
import { quoteOf } from './quote-of.ts';
import { rateLimit, writersOf } from './rate-limit.ts';
import { reviewMessage } from './review-message.ts';
import { guardRoom } from './room-guard.ts';
import { stopTyping } from './typing.ts';

/** Stores a message, and delivers it at once if the audience is small. Answered: certain to reach everybody. */
export async function sendMessage(
  chat: Chat,
  connection: Connection,
  { text, clientMessageId, replyTo, metadata }: ActionData<'sendMessage'>,
): Promise<Reply<Replies['sendMessage']>> {
  const { eventId, participant } = membershipOf(connection);
  const [head, seen, used] = await Promise.all([
    getEventHead(chat.table, eventId, { consistent: false }),
    recentCursor(chat, eventId),
    rateLimit(chat, writersOf(connection), 'sendMessage'),
  ]);
  const author = authorOf(participant);
  const first = await firstOf(chat, { eventId, clientMessageId, participant: author });
  if (first) return { data: { message: first } };
  const draft: Draft = {
    id: newId(),
    eventId,
    participant: author,
    text,
    sentAt: new Date().toISOString(),
    ...(clientMessageId !== undefined && { clientMessageId }),
    ...(metadata && { metadata }),
    ...(replyTo !== undefined && { replyTo: await quoteOf(chat, eventId, replyTo, seen) }),
  };
  const gateFor = checkRules(chat, connection, draft);
  await guardRoom(chat, connection, { head, cursor: seen, message: draft, used });
  const gate = await gateFor(head ?? {});
  const reviewed = await reviewMessage(chat, draft);
  const { message, ...written } = await appendMessage(chat, reviewed, { gate, gateFor });
  await deliverNow(chat, eventId, { seen, ...written });
  return { data: { message }, afterwards: stopTyping(chat, connection) };
}
