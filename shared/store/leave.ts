import type { Place } from '../protocol/offset.ts';
import { type Attendance, attendanceOf, attendantKey, attributeOf, isWatching } from './attendance.ts';
import { type Connection, enterPhase, type Membership } from './connections.ts';
import { connectionKey } from './keys.ts';
import { addToOutbox } from './presence-outbox.ts';
import { staffWrites } from './staff.ts';
import type { Table } from './table.ts';
import { transact, type Write } from './transaction.ts';

/**
 * What becomes of a connection that leaves its event: it may join another, it is gone, or it was lost for too long and
 * may still be recovered until `dueAt` (milliseconds), whose stay began at `start`.
 */
export type AfterLeaving = 'stays' | 'goes' | { start: Place; dueAt: number };

/**
 * Ends that a connection is in an event, either way. Of several callers exactly one succeeds, so a departure is announced once. False: it
 * has changed meanwhile; read it again.
 */
export async function leave(
  table: Table,
  connectionId: string,
  attendance: Attendance,
  then: AfterLeaving,
): Promise<boolean> {
  const failed = await transact(table, [
    leaving(connectionId, attendance, then),
    ...departure(connectionId, attendance),
  ]);
  return failed.length === 0;
}

/** What is to be done in the event that a connection leaves. Nobody hears of those who watch. */
export function departure(connectionId: string, attendance: Attendance): Write[] {
  const row: Write = { Delete: { Key: attendantKey(attendance, connectionId) } };
  if (isWatching(attendance)) return [row];
  return [
    row,
    addToOutbox(attendance.eventId, { kind: 'left', connectionId, ...who(attendance) }),
    ...staffWrites({ connectionId, expiresAt: 0 }, attendance, undefined),
  ];
}

function leaving(connectionId: string, attendance: Attendance, then: AfterLeaving): Write {
  const Key = connectionKey(connectionId);
  if (then === 'goes') return { Delete: { Key, ...unchanged(attendance) } };
  const attribute = attributeOf(attendance);
  if (then === 'stays')
    return { Update: { Key, UpdateExpression: `REMOVE ${attribute}`, ...unchanged(attendance) } };
  const away = enterPhase('away', then.dueAt);
  const expiredStay = { [attribute]: attendance, start: then.start };
  return {
    Update: {
      Key,
      UpdateExpression: `SET ${away.set}, expiredStay = :expiredStay REMOVE ${attribute}`,
      ...unchanged(attendance, { ...away.values, ':expiredStay': expiredStay }),
      ExpressionAttributeNames: away.names,
    },
  };
}

/** The connection is there and in the event, under the name, that we read: no other join or leave came in between. */
export function unchanged(attendance: Attendance | undefined, values: Record<string, unknown> = {}) {
  if (!attendance) {
    return {
      ConditionExpression:
        'attribute_exists(pk) AND attribute_not_exists(membership) AND attribute_not_exists(watching)',
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    };
  }
  return {
    ConditionExpression: `${attributeOf(attendance)} = :previous`,
    ExpressionAttributeValues: { ...values, ':previous': attendance },
  };
}

export const who = ({ participant, namedAt }: Membership) => ({ participant, namedAt });

/** A member that is away is looked after at least this long after its time, milliseconds. */
const REAP_MS = 10 * 60_000;

/**
 * Marks a connection as lost and its member as `away`: counted, not posted to. Something is to be done about it at
 * `dueAt` (milliseconds). False: it has changed meanwhile, or was marked before; read it again.
 */
export async function markLost(
  table: Table,
  connection: Connection,
  { lostAt, dueAt }: { lostAt: number; dueAt: number },
): Promise<boolean> {
  const { connectionId } = connection;
  const attendance = attendanceOf(connection);
  const away = enterPhase('away', dueAt);
  const condition = unchanged(attendance, { ...away.values, ':lost': lostAt });
  const writes: Write[] = [
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: `SET lostAt = :lost, ${away.set}`,
        ...condition,
        ConditionExpression: `${condition.ConditionExpression} AND attribute_not_exists(lostAt)`,
        ExpressionAttributeNames: away.names,
      },
    },
  ];
  if (attendance) {
    writes.push({
      Update: {
        Key: attendantKey(attendance, connectionId),
        UpdateExpression: 'SET #state = :away, expiresAt = :until',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':away': 'away', ':until': dueAt + REAP_MS },
      },
    });
  }
  return (await transact(table, writes)).length === 0;
}
