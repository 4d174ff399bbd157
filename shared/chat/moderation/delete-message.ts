import { deliverNow } from '../../delivery/deliver.ts';
import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Message } from '../../protocol/entities.ts';
import { ChatError } from '../../protocol/errors.ts';
import { getEntry, type LogEntry, putDeletion } from '../../store/log.ts';
import { forgetText } from '../../store/sent.ts';
import { append } from '../append.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
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
  if (message) await takeAway(chat, message);
  await deliverNow(chat, eventId);
  return {};
}

/** Removes a message, and puts into the log that it was. That it is gone already is as good. */
export async function takeAway(chat: Chat, message: Message): Promise<void> {
  const { id, eventId, seq } = message;
  // First: once the message is gone nobody knows any more where else its text is.
  await forgetText(chat.table, message);
  await append<LogEntry & { kind: 'deleted' }>(chat, eventId, {
    // What was written can be taken away after the end, too.
    heed: 'nothing',
    entryAt: (number) => ({ seq: number, kind: 'deleted', of: seq, messageId: id }),
    put: (entry, expiresAt) => putDeletion(chat.table, eventId, entry, expiresAt),
  });
}
