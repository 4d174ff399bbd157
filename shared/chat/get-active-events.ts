import type { ActionData } from '../protocol/client-to-server.ts';
import type { Replies } from '../protocol/replies.ts';
import type { Connection } from '../store/connections.ts';
import { roomInFrame } from './byte-budget.ts';
import type { Chat, Reply } from './chat.ts';
import { listEvents } from './list-events.ts';
import { recentEvents } from './recent-events.ts';

type EventList = Replies['getActiveEvents'];

/** Whoever asks for no acknowledgement gets the event `activeEvents`, as from the old server. */
export async function getActiveEvents(
  chat: Chat,
  _connection: Connection,
  query: ActionData<'getActiveEvents'>,
  reservedBytes: number,
): Promise<Reply<EventList>> {
  const room = roomInFrame(reservedBytes);
  const data = await listEvents(chat, { ...query, status: 'active' }, room, recentEvents);
  return { data, eventWithoutAck: { event: 'activeEvents', data } };
}
