import type { Offset, Place } from '../protocol/offset.ts';
import { notBanned } from './bans.ts';
import { type Connection, GARBAGE_MS, type Membership, opening, type Socket } from './connections.ts';
import { putHeld } from './join.ts';
import { connectionKey, memberKey, sessionKey } from './keys.ts';
import { unchanged, who } from './leave.ts';
import { addToOutbox } from './presence-outbox.ts';
import { staffWrites } from './staff.ts';
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
  membership: Membership;
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
  const membership = stay?.membership;
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
        ...(membership ? ['membership = :membership'] : []),
        ...(firstParticipantId ? ['firstParticipantId = :first'] : []),
      ].join(', '),
      ExpressionAttributeValues: {
        ...opened.ExpressionAttributeValues,
        ...(membership && { ':membership': membership }),
        ...(firstParticipantId && { ':first': firstParticipantId }),
      },
    },
  };
  const writes = [session, successor, ...departure(from), ...(stay ? arrival(to, stay) : [])];
  if (membership) writes.push(notBanned(membership.eventId, membership.participant.id));
  return (await transact(table, writes)).length === 0;
}

function departure(from: Connection): Write[] {
  const { connectionId, membership } = from;
  const connection: Write = { Delete: { Key: connectionKey(connectionId), ...unchanged(membership) } };
  if (!membership) return [connection];
  const { eventId } = membership;
  const member: Write = { Delete: { Key: memberKey(eventId, connectionId) } };
  const entry = { kind: 'left', connectionId, ...who(membership) } as const;
  return [connection, member, addToOutbox(eventId, entry), ...staffWrites(from, membership, undefined)];
}

function arrival(to: Connection, stay: Stay): Write[] {
  const { membership } = stay;
  const entry = { kind: 'joined', connectionId: to.connectionId, ...who(membership) } as const;
  return [
    putHeld(to, membership, { start: stay.start, joinId: stay.joinId }),
    addToOutbox(membership.eventId, entry),
    ...staffWrites(to, undefined, membership),
  ];
}
