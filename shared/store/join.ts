import type { Place } from '../protocol/offset.ts';
import { type Attendance, attendanceOf, attendantKey, attributeOf, idIn, isWatching } from './attendance.ts';
import { notBanned } from './bans.ts';
import { type Connection, GARBAGE_MS, type Membership } from './connections.ts';
import { connectionKey } from './keys.ts';
import { departure, unchanged, who } from './leave.ts';
import type { Member, Viewer } from './members.ts';
import { addToOutbox, type OutboxEntry } from './presence-outbox.ts';
import { staffWrites } from './staff.ts';
import { epochSeconds, type Table } from './table.ts';
import { transact, type Write } from './transaction.ts';

/**
 * Lets a connection take part in an event or watch it, `held`, leaving the one before, and puts into the outbox who came, left or
 * changed the name. `changed`: the connection is gone or has changed meanwhile; read it again.
 */
export async function join(
  table: Table,
  connection: Connection,
  next: Attendance,
  { participantToken, joinId }: { participantToken?: string | undefined; joinId: string },
): Promise<'joined' | 'banned' | 'changed'> {
  const { connectionId } = connection;
  const previous = attendanceOf(connection);
  const id = idIn(next);
  const condition = unchanged(previous, {
    ':next': next,
    ...(!isWatching(next) && { ':id': id }),
    ...(participantToken !== undefined && { ':token': participantToken }),
  });
  const set = [`${attributeOf(next)} = :next`];
  if (!isWatching(next)) set.push('firstParticipantId = if_not_exists(firstParticipantId, :id)');
  if (participantToken !== undefined) set.push('participantToken = :token');
  // Whoever is banned after this is in the audience by then, and is removed.
  const bans = id === undefined ? [] : [notBanned(next.eventId, id)];
  const writes: Write[] = [
    ...bans,
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: `SET ${set.join(', ')} REMOVE ${isWatching(next) ? 'membership' : 'watching'}`,
        ...condition,
        // Lost meanwhile, it would be in the event and hear nothing.
        ConditionExpression: `${condition.ConditionExpression} AND attribute_not_exists(lostAt)`,
      },
    },
    putHeld(connection, next, { joinId }),
    ...changes(connection, previous, next),
  ];
  const [failed] = await transact(table, writes);
  if (failed === undefined) return 'joined';
  return failed < bans.length ? 'banned' : 'changed';
}

/** The write that makes a connection a held member or viewer. */
export function putHeld(
  { connectionId, wire, expiresAt, identity }: Connection,
  attendance: Attendance,
  stay: { joinId: string; start?: Place },
): Write {
  const attendant = {
    ...{ connectionId, wire, expiresAt, ...stay },
    state: 'held' as const,
    heldSince: Date.now(),
    ...(identity && { tokenExpiresAt: identity.expiresAt }),
  };
  const id = idIn(attendance);
  const row: Member | Viewer = isWatching(attendance)
    ? { ...attendant, ...(id !== undefined && { participantId: id }) }
    : { ...attendant, ...who(attendance) };
  const ttl = epochSeconds(expiresAt + GARBAGE_MS);
  return { Put: { Item: { ...attendantKey(attendance, connectionId), ...row, ttl } } };
}

/** What others are to hear of somebody who comes. */
export function arrival(connection: Connection, next: Attendance): Write[] {
  if (isWatching(next)) return [];
  const { connectionId } = connection;
  return [
    addToOutbox(next.eventId, { kind: 'joined', connectionId, ...who(next) }),
    ...staffWrites(connection, undefined, next),
  ];
}

function changes(connection: Connection, previous: Attendance | undefined, next: Attendance): Write[] {
  if (!previous) return arrival(connection, next);
  const { connectionId } = connection;
  const isElsewhere = previous.eventId !== next.eventId || isWatching(previous) !== isWatching(next);
  if (isElsewhere) return [...departure(connectionId, previous), ...arrival(connection, next)];
  if (isWatching(previous) || isWatching(next)) return [];
  return [...outboxWrites(connectionId, previous, next), ...staffWrites(connection, previous, next)];
}

/** Who is in the event already is somebody else now, or has another name. */
function outboxWrites(connectionId: string, previous: Membership, next: Membership): Write[] {
  if (previous.participant.id !== next.participant.id) {
    return [
      addToOutbox(next.eventId, { kind: 'left', connectionId, ...who(previous) }),
      addToOutbox(next.eventId, { kind: 'joined', connectionId, ...who(next) }),
    ];
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
