import { type Connection, inPhase, type Membership, type Socket } from './connections.ts';
import { connectionKey, memberKey, sessionKey } from './keys.ts';
import { putHeld, unchanged, who } from './memberships.ts';
import { putNote } from './presence.ts';
import type { Table } from './table.ts';
import { transact, type Write } from './transaction.ts';

/** A member that is away is looked after at least this long after its time, milliseconds. */
const REAP_MS = 10 * 60_000;

/**
 * Marks a connection as lost and its member as `away`: counted, not posted to. Something is to be done about it at
 * `dueAt` (milliseconds). False: it has changed meanwhile, or was marked before; read it again.
 */
export async function markLost(
  table: Table,
  { connectionId, membership }: Connection,
  { lostAt, dueAt }: { lostAt: number; dueAt: number },
): Promise<boolean> {
  const { group, rank } = inPhase('away', dueAt);
  const condition = unchanged(membership, { ':lost': lostAt, ':group': group, ':rank': rank });
  const writes: Write[] = [
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET lostAt = :lost, #group = :group, #rank = :rank',
        ...condition,
        ConditionExpression: `${condition.ConditionExpression} AND attribute_not_exists(lostAt)`,
        ExpressionAttributeNames: { '#group': 'group', '#rank': 'rank' },
      },
    },
  ];
  if (membership) {
    writes.push({
      Update: {
        Key: memberKey(membership.eventId, connectionId),
        UpdateExpression: 'SET #state = :away, expiresAt = :until',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':away': 'away', ':until': dueAt + REAP_MS },
      },
    });
  }
  return (await transact(table, writes)).length === 0;
}

export interface Recovery {
  /** The lost connection, and the one that takes its place. */
  from: Connection;
  to: Connection;
  socket: Socket;
  participantToken: string;
  /** The event it is in again, as a held member; undefined if it was in none. */
  stay?: { membership: Membership; start: number; joinId: string } | undefined;
}

/**
 * Puts one connection in the place of another, all or nothing: session, socket, identity, membership. The notes tell
 * windows that one tab came and one went, which is no news; unless the leave was announced already. False: another
 * reconnect was faster, or one of the two is gone or has changed.
 */
export async function takeOver(
  table: Table,
  { from, to, socket, participantToken, stay }: Recovery,
): Promise<boolean> {
  const { group, rank } = inPhase('open', to.expiresAt);
  const membership = stay?.membership;
  const writes: Write[] = [
    {
      Update: {
        Key: sessionKey(socket.sessionId),
        UpdateExpression: 'SET connectionId = :to',
        // Of two reconnects with one session, one.
        ConditionExpression: 'connectionId = :from',
        ExpressionAttributeValues: { ':from': from.connectionId, ':to': to.connectionId },
      },
    },
    { Delete: { Key: connectionKey(from.connectionId), ...unchanged(from.membership) } },
    {
      Update: {
        Key: connectionKey(to.connectionId),
        UpdateExpression: `SET socket = :socket, participantToken = :token, #group = :group, #rank = :rank${
          membership ? ', membership = :membership' : ''
        }`,
        // Of two CONNECT packets at once, one.
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(socket)',
        ExpressionAttributeNames: { '#group': 'group', '#rank': 'rank' },
        ExpressionAttributeValues: {
          ...{ ':socket': socket, ':token': participantToken, ':group': group, ':rank': rank },
          ...(membership && { ':membership': membership }),
        },
      },
    },
  ];
  if (stay) {
    const { eventId } = stay.membership;
    writes.push(
      putHeld(to, stay.membership, stay),
      putNote(eventId, { kind: 'joined', connectionId: to.connectionId, ...who(stay.membership) }),
    );
  }
  if (from.membership) {
    const { eventId } = from.membership;
    writes.push(
      { Delete: { Key: memberKey(eventId, from.connectionId) } },
      putNote(eventId, { kind: 'left', connectionId: from.connectionId, ...who(from.membership) }),
    );
  }
  return (await transact(table, writes)).length === 0;
}
