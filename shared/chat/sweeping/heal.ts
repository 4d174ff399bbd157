import { catchUp, isCaughtUpForAll } from '../../delivery/deliver.ts';
import { setDelivered } from '../../store/changed-heads.ts';
import { getCursor } from '../../store/cursor.ts';
import { getEventHead, signalPresence } from '../../store/event-head.ts';
import { deleteFromOutbox, readOutbox } from '../../store/presence-outbox.ts';
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
  // Whoever wrote an entry or went live signals it next, or died before: to do it for them does no harm.
  const pending = { ...cursor.pending, ...cursor.viewers.pending };
  const waits = outbox.length > 0 || Object.keys(pending).length > 0;
  if (waits) await signalPresence(table, eventId);
  if (waits || !isCaughtUpForAll(head, cursor)) await catchUp(chat, eventId, deadline);
  else await setDelivered(table, eventId, head);
}
