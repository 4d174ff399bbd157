import { type Cursor, updateCursor as update } from './cursor.ts';
import type { Table } from './table.ts';

/** The writes of those who want to run an event's windows, and of the one who does: all are on its cursor. */

/** Outlives a pause of its holder, who renews it; a dead holder delays its event by this much, milliseconds. */
export const LEASE_MS = 5_000;

// Free, or its holder is dead, or the SDK repeats a take whose answer was lost.
const IS_FREE =
  'attribute_exists(pk) AND (attribute_not_exists(lease) OR leaseUntil < :now OR lease = :owner)';

/** The lease, or undefined while another holds it, who looks at the bell once more after it has let go; or no event is there. */
export async function takeLease(table: Table, eventId: string, owner: string): Promise<Cursor | undefined> {
  const now = Date.now();
  return update(table, eventId, {
    UpdateExpression: 'SET lease = :owner, leaseUntil = :until',
    ConditionExpression: IS_FREE,
    ExpressionAttributeValues: { ':owner': owner, ':until': now + LEASE_MS, ':now': now },
  });
}

/** Renews the lease. False: it was lost. */
export async function keepLease(table: Table, eventId: string, owner: string): Promise<boolean> {
  const kept = await update(table, eventId, {
    UpdateExpression: 'SET leaseUntil = :until',
    // Still ours: nobody took it for dead.
    ConditionExpression: 'lease = :owner',
    ExpressionAttributeValues: { ':owner': owner, ':until': Date.now() + LEASE_MS },
  });
  return kept !== undefined;
}

/** What a window writes down. */
export type Progress = Pick<
  Cursor,
  | 'delivered'
  | 'presence'
  | 'news'
  | 'audience'
  | 'participantCount'
  | 'pending'
  | 'troubled'
  | 'nextWindowAt'
>;

/** Writes down what a window has done and keeps the lease. Undefined: the lease was lost. */
export async function settle(
  table: Table,
  eventId: string,
  owner: string,
  progress: Progress,
): Promise<Cursor | undefined> {
  return update(table, eventId, {
    UpdateExpression: `${SET_PROGRESS}, leaseUntil = :until`,
    // Still ours.
    ConditionExpression: 'lease = :owner',
    ExpressionAttributeValues: {
      ...progressValues(progress),
      ':owner': owner,
      ':until': Date.now() + LEASE_MS,
    },
  });
}

/** Writes down what a window has done and lets go. False: the lease was lost. */
export async function release(
  table: Table,
  eventId: string,
  owner: string,
  progress: Progress,
): Promise<boolean> {
  const released = await update(table, eventId, {
    UpdateExpression: `${SET_PROGRESS} REMOVE lease, leaseUntil`,
    ConditionExpression: 'lease = :owner',
    ExpressionAttributeValues: { ...progressValues(progress), ':owner': owner },
  });
  return released !== undefined;
}

/** Lets go without having done anything. */
export async function abandonLease(table: Table, eventId: string, owner: string): Promise<void> {
  await update(table, eventId, {
    UpdateExpression: 'REMOVE lease, leaseUntil',
    ConditionExpression: 'lease = :owner',
    ExpressionAttributeValues: { ':owner': owner },
  });
}

const SET_PROGRESS =
  'SET delivered = :delivered, presence = :presence, news = :news, audience = :audience, participantCount = :participants, pending = :pending, troubled = :troubled, nextWindowAt = :next';

const progressValues = (progress: Progress) => ({
  ':delivered': progress.delivered,
  ':presence': progress.presence,
  ':news': progress.news,
  ':audience': progress.audience,
  ':participants': progress.participantCount,
  ':pending': progress.pending,
  ':troubled': progress.troubled,
  ':next': progress.nextWindowAt,
});
