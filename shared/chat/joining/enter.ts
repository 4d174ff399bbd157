import { CHANGED, lookAgain } from '../../concurrency.ts';
import { deliverNow } from '../../delivery/deliver.ts';
import { newId } from '../../ids.ts';
import { ChatError } from '../../protocol/errors.ts';
import { type Attendance, attendanceOf } from '../../store/attendance.ts';
import { type Connection, getConnection } from '../../store/connections.ts';
import { signalPresence } from '../../store/event-head.ts';
import { join } from '../../store/join.ts';
import type { Chat } from '../chat.ts';

interface Entrance<A extends Attendance> {
  attendance: A;
  /** Of a guest who takes part. */
  participantToken?: string | undefined;
}

export interface Entered<A extends Attendance> extends Entrance<A> {
  joinId: string;
  /** The event that it was in before, if another. */
  leftEventId: string | undefined;
}

/**
 * Lets a connection into an event, held, and out of the one before, as `entranceFor` says of it as it is then. In small rooms those who
 * are there have heard of it. Throws `FORBIDDEN` for the banned.
 */
export async function enter<A extends Attendance>(
  chat: Chat,
  first: Connection,
  entranceFor: (connection: Connection) => Promise<Entrance<A>>,
): Promise<Entered<A>> {
  const { table } = chat;
  let connection: Connection | undefined = first;
  // Changed: another join or a leave of this connection came in between.
  const entered = await lookAgain(async () => {
    if (!connection) return undefined;
    const { attendance, participantToken } = await entranceFor(connection);
    const joinId = newId();
    const result = await join(table, connection, attendance, { participantToken, joinId });
    if (result === 'banned') {
      throw new ChatError('FORBIDDEN', { reason: 'You are banned from this event.' });
    }
    if (result === 'joined') {
      const before = attendanceOf(connection)?.eventId;
      const leftEventId = before === attendance.eventId ? undefined : before;
      return { attendance, participantToken, joinId, leftEventId };
    }
    const found = await getConnection(table, first.connectionId);
    connection = found?.lostAt === undefined ? found : undefined;
    return CHANGED;
  });
  if (!entered) {
    // It closed while its message was on the way; if not, it must connect again to be known.
    await chat.poster.close(first.connectionId);
    throw new ChatError('INTERNAL');
  }
  const { attendance, leftEventId } = entered;
  const changed = [attendance.eventId, ...(leftEventId === undefined ? [] : [leftEventId])];
  await Promise.all(changed.map((id) => signalPresence(table, id)));
  // Before the ack: in a small room whoever joins upon it nearly always finds this join announced.
  await Promise.all(changed.map((id) => deliverNow(chat, id)));
  return entered;
}
