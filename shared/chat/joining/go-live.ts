import { deliverNow } from '../../delivery/deliver.ts';
import type { Place } from '../../protocol/offset.ts';
import { type Cursor, getCursor } from '../../store/cursor.ts';
import { signalPresence } from '../../store/event-head.ts';
import { setLive } from '../../store/members.ts';
import type { Chat } from '../chat.ts';

/** A member that is held by a join or a recovery, which has taken it to a place. */
export interface Held {
  eventId: string;
  connectionId: string;
  joinId: string;
  place: Place;
}

/** Lets windows serve a held member. From now on nobody but holders of the lease tells it what the event tells. */
export async function goLive(chat: Chat, { eventId, connectionId, joinId, place }: Held): Promise<void> {
  const { table } = chat;
  if (!(await setLive(table, { eventId, connectionId, joinId, after: place }))) return;
  const cursor = await getCursor(table, eventId);
  if (!cursor || !mayHaveMissed(cursor, connectionId, place)) return;
  await signalPresence(table, eventId);
  await deliverNow(chat, eventId);
}

/** Whether a window told more while it took the member for held; whoever has the lease may be at it. */
const mayHaveMissed = ({ lease, pending, delivered, presence }: Cursor, connectionId: string, place: Place) =>
  lease !== undefined || (connectionId in pending && (delivered > place.seq || presence > place.presence));
