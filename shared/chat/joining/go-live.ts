import { deliverNow } from '../../delivery/deliver.ts';
import type { Place } from '../../protocol/offset.ts';
import { type Cursor, getCursor } from '../../store/cursor.ts';
import { signalPresence } from '../../store/event-head.ts';
import { setLive } from '../../store/members.ts';
import type { Chat } from '../chat.ts';

/** A member or a viewer that is held by a join or a recovery, which has taken it to a place. */
export interface Held {
  eventId: string;
  connectionId: string;
  joinId: string;
  /** Whether it only watches. */
  isViewer: boolean;
  place: Place;
}

/** Lets windows serve a held member. From now on nobody but holders of the lease tells it what the event tells. */
export async function goLive(chat: Chat, { place, ...held }: Held): Promise<void> {
  const { table } = chat;
  const { eventId } = held;
  if (!(await setLive(table, { ...held, after: place }))) return;
  const cursor = await getCursor(table, eventId);
  if (!cursor || !mayHaveMissed(cursor, held, place)) return;
  await signalPresence(table, eventId);
  await deliverNow(chat, eventId);
}

/** Whether a window told more while it took the member for held; whoever has the lease may be at it. */
function mayHaveMissed(
  cursor: Cursor,
  { connectionId, isViewer }: Omit<Held, 'place'>,
  place: Place,
): boolean {
  if (cursor.lease !== undefined) return true;
  const { pending, delivered, presence } = isViewer ? cursor.viewers : cursor;
  return connectionId in pending && (delivered > place.seq || presence > place.presence);
}
