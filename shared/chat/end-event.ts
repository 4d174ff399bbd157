import { allocateEnd, type EventHead, getEventHead } from '../store/event-head.ts';
import { listAsEnded } from '../store/event-lists.ts';
import { logExpiry, putEntry } from '../store/log.ts';
import type { Chat } from './chat.ts';

const DAY_MS = 24 * 3_600_000;

type Backend = Pick<Chat, 'table' | 'settings'>;

/**
 * Ends an event: from the first write on it takes no messages. A reader that finds the number open puts the end there
 * itself. Safe to repeat; nothing if there is no such event.
 */
export async function endEvent(chat: Backend, id: string): Promise<void> {
  const { table, settings } = chat;
  const head = (await allocateEnd(table, id, new Date().toISOString())) ?? (await getEventHead(table, id));
  if (head?.endSeq === undefined) return;
  await putEntry(table, id, { seq: head.endSeq, kind: 'ended' }, logExpiry(settings));
  await listEnd(chat, id, head);
}

/** Lists an event among the ended, if it has ended, and when it is to be deleted. */
export async function listEnd({ table, settings }: Backend, id: string, head: EventHead): Promise<void> {
  const { endedAt } = head;
  if (endedAt !== undefined)
    await listAsEnded(table, id, { endedAt, deleteAt: deletionOf({ endedAt }, settings), now: Date.now() });
}

/** When an ended event is to be deleted, milliseconds since the epoch. */
export function deletionOf(
  { endedAt }: { endedAt: string },
  { endedEventRetentionDays, messageRetentionDays }: Backend['settings'],
): number {
  return Date.parse(endedAt) + (endedEventRetentionDays ?? messageRetentionDays) * DAY_MS;
}
