import { decodeTime } from 'ulid';
import { catchUp, isCaughtUpForAll, isHeld } from '../../delivery/deliver.ts';
import { setDelivered } from '../../store/changed-heads.ts';
import { type Cursor, getCursor } from '../../store/cursor.ts';
import { type EventHead, getEventHead, signalPresence } from '../../store/event-head.ts';
import { deleteFromOutbox, type OutboxEntry, readOutbox } from '../../store/presence-outbox.ts';
import { readPrefix } from '../../store/read-log.ts';
import { timing } from '../../timing.ts';
import type { Chat } from '../chat.ts';
import { listEnd } from '../end-event.ts';

/**
 * Delivers what an event has and nobody has delivered, until `deadline` (milliseconds since the epoch); `isWaiting`: its outbox has
 * entries. Where all is delivered, takes the event from the index, until its head changes again.
 */
export async function heal(chat: Chat, eventId: string, isWaiting: boolean, deadline: number): Promise<void> {
  const { table } = chat;
  const [head, outbox] = await Promise.all([
    getEventHead(table, eventId),
    isWaiting ? readOutbox(table, eventId) : [],
  ]);
  // Somebody left what is not there any more.
  if (!head || head.status === 'deleted') await deleteFromOutbox(table, eventId, outbox);
  if (!head) return;
  // Whoever ended it died before they listed that.
  if (head.status === 'ended') await listEnd(chat, eventId, head);
  // After the head: no window runs that the head does not say the reason of.
  const cursor = await getCursor(table, eventId);
  if (!cursor || head.status === 'deleted') return setDelivered(table, eventId, head);
  if (await isMissed(chat, eventId, { head, cursor, outbox })) chat.metrics.count('FoundBySweep', 1);
  // Whoever wrote an entry or went live signals it next, or died before: to do it for them does no harm.
  const pending = { ...cursor.pending, ...cursor.viewers.pending };
  const waits = outbox.length > 0 || Object.keys(pending).length > 0;
  if (waits) await signalPresence(table, eventId);
  if (waits || !isCaughtUpForAll(head, cursor)) await catchUp(chat, eventId, deadline);
  else await setDelivered(table, eventId, head);
}

/** Whether something waits for so long that the stream's function must have missed it: nobody runs windows of this event, and one was due. */
async function isMissed(
  { table }: Chat,
  eventId: string,
  { head, cursor, outbox }: { head: EventHead; cursor: Cursor; outbox: readonly OutboxEntry[] },
): Promise<boolean> {
  const longAgo = Date.now() - timing.missedMs;
  if (isHeld(cursor) || cursor.nextWindowAt > longAgo) return false;
  if (outbox.some(({ ulid }) => decodeTime(ulid) < longAgo)) return true;
  // Nearly always: then there is nothing to read.
  if (head.seq <= cursor.delivered) return false;
  const [next] = (await readPrefix(table, eventId, cursor.delivered, { entries: 1 })).entries;
  return next?.kind === 'message' && Date.parse(next.message.sentAt) < longAgo;
}
