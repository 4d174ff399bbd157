import { timing } from '../timing.ts';
import { type Cursor, updateCursor as update } from './cursor.ts';
import type { Table } from './table.ts';

/** The writes of those who want to run an event's windows, and of the one who does: all are on its cursor. */

const eventExists = 'attribute_exists(pk)';
const isFree = 'attribute_not_exists(lease)';
const holderIsDead = 'leaseUntil < :now';
const isOurs = 'lease = :owner';

/** Undefined: another holds it, who looks once more after letting go; or no event is there. */
export async function takeLease(table: Table, eventId: string, owner: string): Promise<Cursor | undefined> {
  const now = Date.now();
  return update(table, eventId, {
    UpdateExpression: 'SET lease = :owner, leaseUntil = :until ADD takes :one',
    // `isOurs`: the SDK repeats a take whose answer was lost.
    ConditionExpression: `${eventExists} AND (${isFree} OR ${holderIsDead} OR ${isOurs})`,
    ExpressionAttributeValues: { ':owner': owner, ':until': now + timing.leaseMs, ':now': now, ':one': 1 },
  });
}

/** False: the lease was lost. */
export async function renewLease(table: Table, eventId: string, owner: string): Promise<boolean> {
  const renewed = await update(table, eventId, {
    UpdateExpression: 'SET leaseUntil = :until',
    ConditionExpression: isOurs,
    ExpressionAttributeValues: { ':owner': owner, ':until': Date.now() + timing.leaseMs },
  });
  return renewed !== undefined;
}

/** What a window writes down. */
export type Progress = Omit<Cursor, 'lease' | 'leaseUntil' | 'takes'>;

/** Writes down what a window has done and keeps the lease. Undefined: the lease was lost. */
export async function settle(
  table: Table,
  eventId: string,
  owner: string,
  progress: Progress,
): Promise<Cursor | undefined> {
  return update(table, eventId, {
    UpdateExpression: `${SET_PROGRESS}, leaseUntil = :until, takes = :one`,
    ConditionExpression: isOurs,
    ExpressionAttributeValues: {
      ...progressValues(progress),
      ':owner': owner,
      ':until': Date.now() + timing.leaseMs,
      ':one': 1,
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
    UpdateExpression: `${SET_PROGRESS} REMOVE lease, leaseUntil, takes`,
    ConditionExpression: isOurs,
    ExpressionAttributeValues: { ...progressValues(progress), ':owner': owner },
  });
  return released !== undefined;
}

/** Lets go without having done anything. */
export async function abandonLease(table: Table, eventId: string, owner: string): Promise<void> {
  await update(table, eventId, {
    UpdateExpression: 'REMOVE lease, leaseUntil, takes',
    ConditionExpression: isOurs,
    ExpressionAttributeValues: { ':owner': owner },
  });
}

const SET_PROGRESS =
  'SET delivered = :delivered, deliveredBytes = :bytes, presence = :presence, outbox = :outbox, audience = :audience, unbatched = :unbatched, participantCount = :participants, pending = :pending, nextWindowAt = :next, reactions = :reactions, reactionsTold = :told, nextReactionsAt = :nextReactions, viewers = :viewers';

const progressValues = (progress: Progress) => ({
  ':delivered': progress.delivered,
  ':bytes': progress.deliveredBytes,
  ':presence': progress.presence,
  ':outbox': progress.outbox,
  ':audience': progress.audience,
  ':unbatched': progress.unbatched,
  ':participants': progress.participantCount,
  ':pending': progress.pending,
  ':next': progress.nextWindowAt,
  ':reactions': progress.reactions,
  ':told': progress.reactionsTold,
  ':nextReactions': progress.nextReactionsAt,
  ':viewers': progress.viewers,
});
