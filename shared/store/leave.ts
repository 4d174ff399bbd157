import type { Place } from '../protocol/offset.ts';
import { type Connection, enterPhase, type Membership } from './connections.ts';
import { connectionKey, memberKey } from './keys.ts';
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
    ...staffWrites({ connectionId, expiresAt: 0 }, membership, undefined),
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
  const away = enterPhase('away', dueAt);
  const condition = unchanged(membership, { ...away.values, ':lost': lostAt });
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
