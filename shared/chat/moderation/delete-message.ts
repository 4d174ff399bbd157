import { deliverNow } from '../../delivery/deliver.ts';
import type { ActionData } from '../../protocol/client-to-server.ts';
import { ChatError } from '../../protocol/errors.ts';
import { getEntry, type LogEntry, putDeletion, type StoredMessage } from '../../store/log.ts';
import { clearText } from '../../store/sent-markers.ts';
import { append } from '../append.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
import { unpinDeleted } from './pin.ts';
import type { Actor } from './require-moderator.ts';

/** Takes a message out of the event's log, and tells everybody. Throws `MESSAGE_NOT_FOUND`. */
export async function deleteMessage(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { seq }: ActionData<'deleteMessage'>,
): Promise<object> {
  const entry = await getEntry(chat.table, eventId, seq);
  const isDeleted = entry?.kind === 'void' && entry.messageId !== undefined;
  const message = entry?.kind === 'message' ? entry.message : undefined;
  if (!message && !isDeleted) throw new ChatError('MESSAGE_NOT_FOUND');
  const whose = message && { participantId: message.participant.id };
  await audit(chat, eventId, actor, { action: 'deleteMessage', seq, ...whose });
  if (message) await takeAway(chat, eventId, [message]);
  await unpinDeleted(chat, eventId);
  await deliverNow(chat, eventId);
  return {};
}

/** Removes messages of an event, at most 99, and puts into the log that it was done. Those that are gone already are as good. */
export async function takeAway(
  chat: Chat,
  eventId: string,
  messages: readonly StoredMessage[],
): Promise<void> {
  // First: once a message is gone nobody knows any more where else its text is.
  await Promise.all(messages.map((message) => clearText(chat.table, message)));
  const result = await append<LogEntry & { kind: 'deleted' }>(chat, eventId, {
    // What was written can be taken away after the end, too.
    gate: 'there',
    entryAt: (number) => ({
      seq: number,
      kind: 'deleted',
      messages: messages.map(({ seq, id }) => ({ seq, id })),
    }),
    put: (entry, expiresAt) => putDeletion(chat.table, eventId, entry, expiresAt),
  });
  // Somebody else has taken one of them away.
  if (result !== 'repeated' || messages.length === 1) return;
  for (const message of messages) await takeAway(chat, eventId, [message]);
}
