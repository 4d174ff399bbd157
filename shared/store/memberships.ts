import { type Connection, GARBAGE_MS, type Membership } from './connections.ts';
import { connectionKey, memberKey } from './keys.ts';
import type { Member } from './members.ts';
import { type PresenceNote, putNote } from './presence.ts';
import { epochSeconds, type Table } from './table.ts';
import { transact, type Write } from './transaction.ts';

/**
 * Makes a connection a `held` member of an event, leaving the one before, and notes who came, left or changed the name.
 * False: the connection is gone or changed meanwhile; read it again.
 */
export async function join(
  table: Table,
  connection: Connection,
  next: Membership,
  { participantToken, joinId }: { participantToken: string; joinId: string },
): Promise<boolean> {
  const { connectionId, wire, expiresAt, membership: previous } = connection;
  const member: Member = {
    connectionId,
    wire,
    expiresAt,
    state: 'held',
    joinId,
    heldSince: Date.now(),
    participant: next.participant,
    namedAt: next.namedAt,
  };
  const writes: Write[] = [
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET membership = :next, participantToken = :token',
        ...unchanged(previous, { ':next': next, ':token': participantToken }),
      },
    },
    {
      Put: {
        Item: {
          ...memberKey(next.eventId, connectionId),
          ...member,
          ttl: epochSeconds(expiresAt + GARBAGE_MS),
        },
      },
    },
  ];
  if (previous && previous.eventId !== next.eventId) {
    writes.push({ Delete: { Key: memberKey(previous.eventId, connectionId) } });
  }
  writes.push(...notes(connectionId, previous, next));
  return (await transact(table, writes)).length === 0;
}

/** Gives a member the name that its participant took in another tab. False: it has changed meanwhile. */
export async function renameTab(
  table: Table,
  eventId: string,
  { connectionId, participant }: Member,
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
 * Ends a connection's membership; with `forget`, the connection itself too. Of several callers exactly one succeeds,
 * so a departure is announced once. False: it has changed meanwhile; read it again.
 */
export async function leave(
  table: Table,
  connectionId: string,
  membership: Membership,
  { forget }: { forget: boolean },
): Promise<boolean> {
  const Key = connectionKey(connectionId);
  const failed = await transact(table, [
    forget
      ? { Delete: { Key, ...unchanged(membership) } }
      : { Update: { Key, UpdateExpression: 'REMOVE membership', ...unchanged(membership) } },
    { Delete: { Key: memberKey(membership.eventId, connectionId) } },
    putNote(membership.eventId, { kind: 'left', connectionId, ...who(membership) }),
  ]);
  return failed.length === 0;
}

/** The connection is there and in the event, under the name, that we read: no other join or leave came in between. */
function unchanged(membership: Membership | undefined, values: Record<string, unknown> = {}) {
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

const who = ({ participant, namedAt }: Membership) => ({ participant, namedAt });

function notes(connectionId: string, previous: Membership | undefined, next: Membership): Write[] {
  const joined = putNote(next.eventId, { kind: 'joined', connectionId, ...who(next) });
  if (!previous) return [joined];
  if (previous.eventId !== next.eventId || previous.participant.id !== next.participant.id) {
    return [putNote(previous.eventId, { kind: 'left', connectionId, ...who(previous) }), joined];
  }
  if (previous.participant.username === next.participant.username) return [];
  const renamed: Omit<PresenceNote, 'ulid'> = {
    kind: 'renamed',
    connectionId,
    ...who(next),
    previous: { username: previous.participant.username, namedAt: previous.namedAt },
  };
  return [putNote(next.eventId, renamed)];
}
