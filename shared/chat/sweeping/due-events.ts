import { deliverNow } from '../../delivery/deliver.ts';
import { clearDue, type Due, dueAt } from '../../store/due.ts';
import { getEventHead } from '../../store/event-head.ts';
import { getEvent } from '../../store/events.ts';
import { transact } from '../../store/transaction.ts';
import type { Chat } from '../chat.ts';
import { markDeleted } from '../deletion/delete-event.ts';
import { deletionOf, endEvent } from '../end-event.ts';
import { audit } from '../moderation/audit.ts';
import type { Actor } from '../moderation/require-moderator.ts';

/** The server itself, for the audit. */
const system: Actor = { name: 'system', rights: [] };

/**
 * Ends an event whose `endsAt` has passed, or deletes one that ended long enough ago. Safe to repeat: what is due is cleared last. Whoever
 * it is told to hears it from here, or from the stream.
 */
export async function doWhatIsDue(
  chat: Chat,
  due: { eventId: string; what: Due; rank: string },
  now: number,
): Promise<void> {
  const act = due.what === 'end' ? endIfDue : deleteIfDue;
  await act(chat, due.eventId, now);
  await clearDue(chat.table, due);
}

async function endIfDue(chat: Chat, eventId: string, now: number): Promise<void> {
  const event = await getEvent(chat.table, eventId);
  // The index may be behind, and somebody may have ended it.
  if (!event?.endsAt || Date.parse(event.endsAt) > now) return;
  if (event.status === 'active')
    await audit(chat, eventId, system, { action: 'updateEvent', changes: { status: 'ended' } });
  await endEvent(chat, eventId);
  await deliverNow(chat, eventId);
}

async function deleteIfDue(chat: Chat, eventId: string, now: number): Promise<void> {
  const endedAt = (await getEventHead(chat.table, eventId))?.endedAt;
  if (endedAt === undefined) return;
  const deleteAt = deletionOf({ endedAt }, chat.settings);
  if (deleteAt <= now) await markDeleted(chat, eventId, system);
  // The setting is longer now than when it ended.
  else await transact(chat.table, [dueAt(eventId, 'deletion', deleteAt)]);
}
