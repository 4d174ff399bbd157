import { notBanned } from './bans.ts';
import { type Connection, enterPhase, GARBAGE_MS, type Membership } from './connections.ts';
import { connectionKey, memberKey } from './keys.ts';
import type { Member } from './members.ts';
import { addToOutbox, type OutboxEntry } from './presence-outbox.ts';
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
  writes.push(...outboxWrites(connectionId, previous, next));
  const [failed] = await transact(table, writes);
  if (failed === undefined) return 'joined';
  return failed === 0 ? 'banned' : 'changed';
}

/** The write that makes a connection a held member. */
export function putHeld(
  { connectionId, wire, expiresAt, identity }: Connection,
  { eventId, participant, namedAt }: Membership,
  stay: { joinId: string; start?: number },
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

/** Gives a member the name that its participant took in another tab. False: it has changed meanwhile. */
export async function renameTab(
  table: Table,
  eventId: string,
  { connectionId, participant }: Pick<Member, 'connectionId' | 'participant'>,
  username: string,
): Promise<boolean> {
  const names = { '#id': 'id' };
  const values = { ':id': participant.id, ':old': participant.username, ':new': username };
  const failed = await transact(table, [
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET membership.participant.username = :new',
        // Still this participant, here, under the old name.
        ConditionExpression:
          'membership.eventId = :event AND membership.participant.#id = :id AND membership.participant.username = :old',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ...values, ':event': eventId },
      },
    },
    {
      Update: {
        Key: memberKey(eventId, connectionId),
        UpdateExpression: 'SET participant.username = :new',
        ConditionExpression: 'participant.#id = :id AND participant.username = :old',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      },
    },
  ]);
  return failed.length === 0;
}

/**
 * What becomes of a connection that leaves its event: it may join another, it is gone, or it was lost for too long and
 * may still be recovered until `dueAt` (milliseconds), as one that was live from `start` on.
 */
export type AfterLeaving = 'stays' | 'goes' | { start: number; dueAt: number };

/**
 * Ends a connection's membership. Of several callers exactly one succeeds, so a departure is announced once. False: it
 * has changed meanwhile; read it again.
 */
export async function leave(
  table: Table,
  connectionId: string,
  membership: Membership,
  then: AfterLeaving,
): Promise<boolean> {
  const failed = await transact(table, [
    leaving(connectionId, membership, then),
    { Delete: { Key: memberKey(membership.eventId, connectionId) } },
    addToOutbox(membership.eventId, { kind: 'left', connectionId, ...who(membership) }),
  ]);
  return failed.length === 0;
}

function leaving(connectionId: string, membership: Membership, then: AfterLeaving): Write {
  const Key = connectionKey(connectionId);
  if (then === 'goes') return { Delete: { Key, ...unchanged(membership) } };
  if (then === 'stays')
    return { Update: { Key, UpdateExpression: 'REMOVE membership', ...unchanged(membership) } };
  const away = enterPhase('away', then.dueAt);
  const expiredStay = { membership, start: then.start };
  return {
    Update: {
      Key,
      UpdateExpression: `SET ${away.set}, expiredStay = :expiredStay REMOVE membership`,
      ...unchanged(membership, { ...away.values, ':expiredStay': expiredStay }),
      ExpressionAttributeNames: away.names,
    },
  };
}

/** The connection is there and in the event, under the name, that we read: no other join or leave came in between. */
export function unchanged(membership: Membership | undefined, values: Record<string, unknown> = {}) {
  if (!membership) {
    return {
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(membership)',
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    };
  }
  return {
    ConditionExpression: 'membership = :previous',
    ExpressionAttributeValues: { ...values, ':previous': membership },
  };
}

export const who = ({ participant, namedAt }: Membership) => ({ participant, namedAt });

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
