import { forEachConcurrently } from '../../concurrency.ts';
import { deliverNow } from '../../delivery/deliver.ts';
import type { Person } from '../../protocol/client-to-server.ts';
import type { Message } from '../../protocol/entities.ts';
import { readLog } from '../../store/log.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
import { takeAway } from './delete-message.ts';
import { participantIdOf } from './participants.ts';
import type { Actor } from './require-moderator.ts';

const CONCURRENCY = 10;
const PAGE_SIZE = 500;

export interface Erased {
  deleted: number;
  /** False: there was no more time; call it again. */
  isComplete: boolean;
}

/** Deletes everything that somebody has written in an event. Works until `deadline`, milliseconds since the epoch. */
export async function eraseMessages(
  chat: Chat,
  eventId: string,
  actor: Actor,
  person: Person,
  deadline: number,
): Promise<Erased> {
  const participantId = participantIdOf(chat, person);
  await audit(chat, eventId, actor, { action: 'eraseMessages', participantId });
  let deleted = 0;
  let isLate = false;
  await forEachConcurrently(messagesOf(chat, eventId, participantId), CONCURRENCY, async (message) => {
    isLate ||= Date.now() > deadline;
    if (isLate) return;
    await takeAway(chat, message);
    deleted += 1;
  });
  if (deleted > 0) await deliverNow(chat, eventId);
  return { deleted, isComplete: !isLate };
}

async function* messagesOf({ table }: Chat, eventId: string, participantId: string): AsyncGenerator<Message> {
  for await (const entry of readLog(table, eventId, { pageSize: PAGE_SIZE })) {
    if (entry.kind === 'message' && entry.message.participant.id === participantId) yield entry.message;
  }
}
