import { sleep } from '../../concurrency.ts';
import { deliverNow } from '../../delivery/deliver.ts';
import type { Erasure } from '../../protocol/client-to-server.ts';
import type { StoredMessage } from '../../store/log.ts';
import { readLog } from '../../store/read-log.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
import { takeAway } from './delete-message.ts';
import { participantIdOf } from './participants.ts';
import { unpinDeleted } from './pin.ts';
import type { Actor } from './require-moderator.ts';

const PAGE_SIZE = 1_000;
/** So many at once, and then a pause, take half of what an event's partition can write: the chat goes on. */
const BATCH = 25;
const PAUSE_MS = 100;

export interface Erased {
  deleted: number;
  /** False: there was no more time; go on after `upTo`. */
  isComplete: boolean;
  upTo?: number;
}

/**
 * Deletes everything that somebody has written in an event after a number. Works until `deadline`, milliseconds since
 * the epoch.
 */
export async function eraseMessages(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { after = 0, ...person }: Erasure,
  deadline: number,
): Promise<Erased> {
  const participantId = participantIdOf(chat, person);
  await audit(chat, eventId, actor, { action: 'eraseMessages', participantId });
  let deleted = 0;
  let upTo = after;
  let batch: StoredMessage[] = [];
  const eraseBatch = async () => {
    if (batch.length === 0) return;
    await takeAway(chat, eventId, batch);
    deleted += batch.length;
    batch = [];
    await sleep(PAUSE_MS);
  };
  for await (const entry of readLog(chat.table, eventId, { after, pageSize: PAGE_SIZE })) {
    if (Date.now() > deadline) break;
    upTo = entry.seq;
    if (entry.kind !== 'message' || entry.message.participant.id !== participantId) continue;
    batch.push(entry.message);
    if (batch.length === BATCH) await eraseBatch();
  }
  await eraseBatch();
  await unpinDeleted(chat, eventId);
  if (deleted > 0) await deliverNow(chat, eventId);
  return Date.now() > deadline ? { deleted, isComplete: false, upTo } : { deleted, isComplete: true };
}
