import type { Offset, Place } from '../protocol/offset.ts';
import { type Attendance, attendanceOf, attributeOf, idIn } from './attendance.ts';
import { notBanned } from './bans.ts';
import { type Connection, GARBAGE_MS, opening, type Socket } from './connections.ts';
import { arrival, putHeld } from './join.ts';
import { connectionKey, sessionKey } from './keys.ts';
import { departure, unchanged } from './leave.ts';
import { epochSeconds, type Table } from './table.ts';
import { transact, type Write } from './transaction.ts';

export interface Recovery {
  /** The lost connection, and the one that takes its place. */
  from: Connection;
  to: Connection;
  socket: Socket;
  participantToken: string;
  /** Undefined if it was in no event. */
  stay?: Stay | undefined;
}

/** The event it is in again, as a held member, where its stay had begun, and to where it is about to be taken. */
interface Stay {
  attendance: Attendance;
  start: Place;
  served: Offset;
  joinId: string;
}

/**
 * Puts one connection in the place of another, all or nothing: session, socket, identity, membership. The outbox
 * tells windows that one tab came and one went, which is nothing to announce; unless the leave was announced already. False: another
 * reconnect was faster, one of the two is gone or has changed, or the participant is banned there.
 */
export async function takeOver(
  table: Table,
  { from, to, socket, participantToken, stay }: Recovery,
): Promise<boolean> {
  const attendance = stay?.attendance;
  const opened = opening(to, { socket, participantToken });
  const session: Write = {
    Update: {
      Key: sessionKey(socket.sessionId),
      UpdateExpression: `SET connectionId = :to, #ttl = :ttl${stay ? ', served = :served' : ''}`,
      // Of two reconnects with one session, one.
      ConditionExpression: 'connectionId = :from',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ':from': from.connectionId,
        ':to': to.connectionId,
        ':ttl': epochSeconds(to.expiresAt + GARBAGE_MS),
        ...(stay && { ':served': stay.served }),
      },
    },
  };
  const { firstParticipantId } = from;
  const successor: Write = {
    Update: {
      Key: connectionKey(to.connectionId),
      ...opened,
      UpdateExpression: [
        opened.UpdateExpression,
        ...(attendance ? [`${attributeOf(attendance)} = :attendance`] : []),
        ...(firstParticipantId ? ['firstParticipantId = :first'] : []),
      ].join(', '),
      ExpressionAttributeValues: {
        ...opened.ExpressionAttributeValues,
        ...(attendance && { ':attendance': attendance }),
        ...(firstParticipantId && { ':first': firstParticipantId }),
      },
    },
  };
  const before = attendanceOf(from);
  const predecessor: Write = { Delete: { Key: connectionKey(from.connectionId), ...unchanged(before) } };
  const writes = [session, successor, predecessor];
  if (before) writes.push(...departure(from.connectionId, before));
  if (stay) {
    const { attendance, start, joinId } = stay;
    writes.push(putHeld(to, attendance, { start, joinId }), ...arrival(to, attendance));
    const id = idIn(attendance);
    if (id !== undefined) writes.push(notBanned(attendance.eventId, id));
  }
  return (await transact(table, writes)).length === 0;
}
