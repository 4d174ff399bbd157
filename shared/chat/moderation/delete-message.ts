import { deliverNow } from '../../delivery/deliver.ts';
import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Message } from '../../protocol/entities.ts';
import { ChatError } from '../../protocol/errors.ts';
import { getEntry, removeMessage } from '../../store/log.ts';
import { forgetText } from '../../store/sent.ts';
import { append } from '../append.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
import type { Actor } from './require-moderator.ts';

/**
 * Takes a message out of the event's log, and tells everybody. Safe to repeat: that tells everybody again. Throws
 * `MESSAGE_NOT_FOUND`.
 */
export async function deleteMessage(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { seq }: ActionData<'deleteMessage'>,
): Promise<object> {
  const entry = await getEntry(chat.table, eventId, seq);
  const message = entry?.kind === 'message' ? entry.message : undefined;
  await audit(chat, eventId, actor, {
    action: 'deleteMessage',
    seq,
    ...(message && { participantId: message.participant.id }),
  });
  await takeAway(chat, eventId, seq, message);
  await deliverNow(chat, eventId);
  return {};
}

/** Removes a message, `message` if it is still there, and puts into the log that it was. */
export async function takeAway(
  chat: Chat,
  eventId: string,
  seq: number,
  message: Message | undefined,
): Promise<void> {
  if (message) await forgetText(chat.table, message);
  const messageId = await removeMessage(chat.table, eventId, seq);
  if (messageId === undefined) throw new ChatError('MESSAGE_NOT_FOUND');
  await append(chat, eventId, {
    // What was written can be taken away after the end, too.
    heed: 'nothing',
    entryAt: (number) => ({ seq: number, kind: 'deleted' as const, of: seq, messageId }),
  });
}
