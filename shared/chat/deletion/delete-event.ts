import { sleep } from '../../concurrency.ts';
import { catchUp, deliverNow, isCaughtUpForAll } from '../../delivery/deliver.ts';
import { ChatError } from '../../protocol/errors.ts';
import { getCursor } from '../../store/cursor.ts';
import { getEventHead, setDeleted } from '../../store/event-head.ts';
import { listAsDeleted, noteEnd } from '../../store/event-lists.ts';
import { getDetails, removeEvent } from '../../store/events.ts';
import { timing } from '../../timing.ts';
import type { Chat } from '../chat.ts';
import { endEvent } from '../end-event.ts';
import { audit, auditDeletion } from '../moderation/audit.ts';
import type { Actor } from '../moderation/require-moderator.ts';
import { purge } from './purge.ts';

/** Between two looks whether the audience has been told. */
const TOLD_WAIT_MS = 200;

/**
 * Deletes an event with everything of it but its audit log. From its answer on nobody finds it; what there is no time for until
 * `deadline` (milliseconds since the epoch) the sweep does. Resolves to whether nothing is left. Safe to repeat. Throws `EVENT_NOT_FOUND`.
 */
export async function deleteEvent(
  chat: Chat,
  eventId: string,
  actor: Actor,
  deadline: number,
): Promise<boolean> {
  await markDeleted(chat, eventId, actor);
  await deliverNow(chat, eventId);
  return removeContents(chat, eventId, deadline);
}

/** Audits that an event is deleted, and does it: nobody finds it any more. Throws `EVENT_NOT_FOUND`. */
export async function markDeleted(chat: Chat, eventId: string, actor: Actor): Promise<void> {
  const { table } = chat;
  const details = await getDetails(table, eventId);
  if (!details) throw new ChatError('EVENT_NOT_FOUND');
  const changes = { name: details.name };
  await audit(chat, eventId, actor, { action: 'deleteEvent', changes });
  // Where it can be found without the event.
  await auditDeletion(chat, eventId, actor, changes);
  // First: from here on the sweep finishes it.
  await listAsDeleted(table, eventId, Date.now());
  await close(chat, eventId);
}

/** Ends an event, of which its audience is told, and makes it one that is not there. */
async function close(chat: Chat, eventId: string): Promise<void> {
  if ((await getEventHead(chat.table, eventId))?.status === 'deleted') return;
  await endEvent(chat, eventId);
  await noteEnd(chat.table, eventId, Date.now());
  await setDeleted(chat.table, eventId, Date.now());
}

/** Goes on with a deletion, until `deadline`; the last step follows when whatever was under way when it began has ended. */
export async function continueDeletion(chat: Chat, eventId: string, deadline: number): Promise<void> {
  const { table } = chat;
  await close(chat, eventId);
  const deletedAt = (await getEventHead(table, eventId))?.deletedAt ?? 0;
  const isOld = deletedAt < Date.now() - timing.lateWriterMs;
  // For so long its audience is told first.
  if (!isOld) await catchUp(chat, eventId, deadline);
  if ((await removeContents(chat, eventId, deadline)) && isOld) await removeEvent(table, eventId);
}

async function removeContents(chat: Chat, eventId: string, deadline: number): Promise<boolean> {
  return (await isTold(chat, eventId, deadline)) && (await purge(chat.table, eventId, deadline));
}

/** Waits until the audience has been told of the end, also whoever a window had to skip; large ones by the stream's function. */
async function isTold({ table }: Chat, eventId: string, deadline: number): Promise<boolean> {
  for (;;) {
    const [head, cursor] = await Promise.all([getEventHead(table, eventId), getCursor(table, eventId)]);
    if (!head || !cursor || (head.deletedAt ?? 0) < Date.now() - timing.lateWriterMs) return true;
    const pending = { ...cursor.pending, ...cursor.viewers.pending };
    if (isCaughtUpForAll(head, cursor) && Object.keys(pending).length === 0) return true;
    if (Date.now() + TOLD_WAIT_MS > deadline) return false;
    await sleep(TOLD_WAIT_MS);
  }
}
