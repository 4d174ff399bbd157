import { CHANGED, forEachConcurrently, lookAgain } from '../concurrency.ts';
import { hasOffsets } from '../protocol/wire.ts';
import { attendanceOf } from '../store/attendance.ts';
import { type Connection, deleteUnjoined, getConnection } from '../store/connections.ts';
import { signalPresence } from '../store/event-head.ts';
import { leave, markLost } from '../store/leave.ts';
import { getAttendant } from '../store/members.ts';
import type { Table } from '../store/table.ts';
import type { Delivery } from './types.ts';

type Backend = Pick<Delivery, 'table' | 'settings'>;

/**
 * Removes a connection for good: its user left, or its time has passed. Safe to repeat and to run at the same time: one
 * caller succeeds, so its event hears of one departure. Resolves to the event it was in, if it left one.
 */
export async function removeConnection(
  { table }: Pick<Delivery, 'table'>,
  connectionId: string,
): Promise<string | undefined> {
  // Changed: a join or a leave came in between.
  return lookAgain(async () => {
    const connection = await getConnection(table, connectionId);
    return connection && remove(table, connection);
  });
}

/** Removes a connection that is still as it was read; resolves to the event it was in. */
async function remove(table: Table, connection: Connection): Promise<string | undefined | typeof CHANGED> {
  const { connectionId } = connection;
  const attendance = attendanceOf(connection);
  if (!attendance) return (await deleteUnjoined(table, connectionId)) ? undefined : CHANGED;
  if (!(await leave(table, connectionId, attendance, 'goes'))) return CHANGED;
  await signalPresence(table, attendance.eventId);
  return attendance.eventId;
}

/**
 * Records that a connection is lost, however that was learned: `$disconnect`, a 410. A Socket.IO client may come back
 * to what it had: until then its member is away. Any other is removed. Resolves to the event that it left, if it did.
 */
export async function markConnectionLost(
  delivery: Backend,
  connectionId: string,
): Promise<string | undefined> {
  const { table, settings } = delivery;
  // Changed: something else came in between; a recovery may have put it in another's place.
  return lookAgain(async () => {
    const connection = await getConnection(table, connectionId);
    if (!connection || connection.lostAt !== undefined) return undefined;
    const recoverUntil = recoverableUntil(delivery, connection);
    if (recoverUntil === undefined) return remove(table, connection);
    const lostAt = Date.now();
    const graceUntil = lostAt + settings.presenceGraceSeconds * 1000;
    const dueAt = attendanceOf(connection) ? Math.min(graceUntil, recoverUntil) : recoverUntil;
    if (!(await markLost(table, connection, { lostAt, dueAt }))) return CHANGED;
    return dueAt > lostAt ? undefined : expireMembership(delivery, connectionId);
  });
}

/**
 * Ends that a lost connection is in an event, which has not come back within `presenceGraceSeconds`. It may still be
 * recovered. Resolves to the event that it left.
 */
export async function expireMembership(delivery: Backend, connectionId: string): Promise<string | undefined> {
  const { table } = delivery;
  // Changed: something else came in between.
  return lookAgain(async () => {
    const connection = await getConnection(table, connectionId);
    const attendance = connection && attendanceOf(connection);
    const dueAt = connection && recoverableUntil(delivery, connection);
    if (!attendance || connection.lostAt === undefined || dueAt === undefined) return undefined;
    const { eventId } = attendance;
    const { start } = (await getAttendant(table, attendance, connectionId)) ?? {};
    // It was cut off before it had its history: there is nothing that it could come back to.
    const then = start === undefined ? 'goes' : { start, dueAt };
    if (!(await leave(table, connectionId, attendance, then))) return CHANGED;
    await signalPresence(table, eventId);
    return eventId;
  });
}

/** Until when a connection can be recovered if it is lost now, or was; undefined if it cannot. Milliseconds. */
export function recoverableUntil(
  { settings }: Pick<Delivery, 'settings'>,
  { socket, wire, lostAt = Date.now() }: Connection,
): number | undefined {
  const { recoverySeconds } = settings;
  return socket && hasOffsets(wire) && recoverySeconds > 0 ? lostAt + recoverySeconds * 1000 : undefined;
}

const CONCURRENCY = 25;

interface HasConnection {
  connectionId: string;
}

/** Looks after connections that are gone. One that fails is found gone again by the next window, or by the sweep. */
export async function markMembersLost(delivery: Delivery, connectionIds: readonly string[]): Promise<void> {
  await forEachConcurrently(connectionIds, CONCURRENCY, async (connectionId) => {
    await markConnectionLost(delivery, connectionId).catch((error) =>
      delivery.log.warn('a lost connection could not be marked as lost', { error }),
    );
  });
}

/**
 * Disconnects members that cannot be served as they are; they will come back. Resolves to those that could
 * not be disconnected until `until` (milliseconds since the epoch): taken for lost, they would stay connected and hear
 * nothing.
 */
export async function disconnectMembers<Member extends HasConnection>(
  delivery: Delivery,
  members: readonly Member[],
  until: number,
): Promise<Member[]> {
  const closed: Member[] = [];
  const open: Member[] = [];
  await forEachConcurrently(members, CONCURRENCY, async (member) => {
    const isClosed = Date.now() < until && (await delivery.poster.close(member.connectionId));
    (isClosed ? closed : open).push(member);
  });
  delivery.metrics.count('ConnectionsDropped', closed.length);
  await markMembersLost(
    delivery,
    closed.map(({ connectionId }) => connectionId),
  );
  return open;
}
