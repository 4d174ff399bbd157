import { CHANGED, lookAgain } from '../concurrency.ts';
import { deliverNow } from '../delivery/deliver.ts';
import { attendanceOf } from '../store/attendance.ts';
import { type Connection, getConnection } from '../store/connections.ts';
import { signalPresence } from '../store/event-head.ts';
import { leave } from '../store/leave.ts';
import type { Chat, Reply } from './chat.ts';
import { stopTyping } from './typing.ts';

/** Leaves the event the connection is in, or watches. Being in none is what was asked for. */
export async function leaveEvent(chat: Chat, connection: Connection): Promise<Reply> {
  const { connectionId } = connection;
  let from = attendanceOf(connection);
  // Changed: a join or another leave came in between.
  const left = await lookAgain(async () => {
    if (!from || (await leave(chat.table, connectionId, from, 'stays'))) return from;
    const now = await getConnection(chat.table, connectionId);
    from = now && attendanceOf(now);
    return CHANGED;
  });
  if (left) {
    await signalPresence(chat.table, left.eventId);
    await deliverNow(chat, left.eventId);
  }
  return { data: {}, afterwards: stopTyping(chat, connection) };
}
