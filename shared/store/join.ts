import type { Place } from '../protocol/offset.ts';
import { notBanned } from './bans.ts';
import { type Connection, GARBAGE_MS, type Membership } from './connections.ts';
import { connectionKey, memberKey } from './keys.ts';
import { unchanged, who } from './leave.ts';
import type { Member } from './members.ts';
import { addToOutbox, type OutboxEntry } from './presence-outbox.ts';
import { staffWrites } from './staff.ts';
import { epochSeconds, type Table } from './table.ts';
import { transact, type Write } from './transaction.ts';

/**
 * Makes a connection a `held` member of an event, leaving the one before, and puts into the outbox who came, left or changed the name.
 * `changed`: the connection is gone or has changed meanwhile; read it again.
 */
export async function join(
  table: Table,
  connection: Connection,
  next: Membership,
  { participantToken, joinId }: { participantToken?: string | undefined; joinId: string },
): Promise<'joined' | 'banned' | 'changed'> {
  const { connectionId, membership: previous } = connection;
  const condition = unchanged(previous, {
    ':next': next,
    ':id': next.participant.id,
    ...(participantToken !== undefined && { ':token': participantToken }),
  });
  const set = ['membership = :next', 'firstParticipantId = if_not_exists(firstParticipantId, :id)'];
  if (participantToken !== undefined) set.push('participantToken = :token');
  const writes: Write[] = [
    // Whoever is banned after this is in the audience by then, and is removed.
    notBanned(next.eventId, next.participant.id),
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: `SET ${set.join(', ')}`,
        ...condition,
        // Lost meanwhile, it would be in the event and hear nothing.
        ConditionExpression: `${condition.ConditionExpression} AND attribute_not_exists(lostAt)`,
      },
    },
    putHeld(connection, next, { joinId }),
  ];
  if (previous && previous.eventId !== next.eventId) {
    writes.push({ Delete: { Key: memberKey(previous.eventId, connectionId) } });
  }
  writes.push(...outboxWrites(connectionId, previous, next), ...staffWrites(connection, previous, next));
  const [failed] = await transact(table, writes);
  if (failed === undefined) return 'joined';
  return failed === 0 ? 'banned' : 'changed';
}

/** The write that makes a connection a held member. */
export function putHeld(
  { connectionId, wire, expiresAt, identity }: Connection,
  { eventId, participant, namedAt }: Membership,
  stay: { joinId: string; start?: Place },
): Write {
  const member: Member = {
    ...{ connectionId, wire, expiresAt, participant, namedAt, ...stay },
    state: 'held',
    heldSince: Date.now(),
    ...(identity && { mutedFrom: identity.expiresAt }),
  };
  const ttl = epochSeconds(expiresAt + GARBAGE_MS);
  return { Put: { Item: { ...memberKey(eventId, connectionId), ...member, ttl } } };
}

function outboxWrites(connectionId: string, previous: Membership | undefined, next: Membership): Write[] {
  const joined = addToOutbox(next.eventId, { kind: 'joined', connectionId, ...who(next) });
  if (!previous) return [joined];
  if (previous.eventId !== next.eventId || previous.participant.id !== next.participant.id) {
    return [addToOutbox(previous.eventId, { kind: 'left', connectionId, ...who(previous) }), joined];
  }
  if (previous.participant.username === next.participant.username) return [];
  const renamed: Omit<OutboxEntry, 'ulid'> = {
    kind: 'renamed',
    connectionId,
    ...who(next),
    previous: { username: previous.participant.username, namedAt: previous.namedAt },
  };
  return [addToOutbox(next.eventId, renamed)];
}
