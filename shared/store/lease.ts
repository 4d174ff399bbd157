import { type Cursor, updateCursor as update } from './cursor.ts';
import type { Table } from './table.ts';

/** The writes of those who want to run an event's windows, and of the one who does: all are on its cursor. */

/** Outlives a pause of its holder, who renews it; a dead holder delays its event by this much, milliseconds. */
export const LEASE_MS = 5_000;

// Free, or its holder is dead, or the SDK repeats a take whose answer was lost.
const IS_FREE =
  'attribute_exists(pk) AND (attribute_not_exists(lease) OR leaseUntil < :now OR lease = :owner)';

/**
 * The lease, and with it the claim on the next number, if that is all there is to deliver: a message in a quiet event.
 * Undefined: it is not that simple.
 */
export async function takeLeaseAndClaim(
  table: Table,
  eventId: string,
  owner: string,
  seq: number,
): Promise<Cursor | undefined> {
  const now = Date.now();
  const values = { ':owner': owner, ':until': now + LEASE_MS, ':now': now, ':seq': seq, ':before': seq - 1 };
  return update(table, eventId, {
    UpdateExpression: 'SET lease = :owner, leaseUntil = :until, claimed = :seq',
    // Everything before this number is claimed, so there is no hole, and delivered.
    ConditionExpression: `${IS_FREE} AND delivered = :before AND (claimed = :before OR claimed = :seq)`,
    ExpressionAttributeValues: values,
  });
}

/** The lease, or undefined while another holds it (who has then heard the knock and looks again) or no event is there. */
export async function takeLease(table: Table, eventId: string, owner: string): Promise<Cursor | undefined> {
  // A knock fails when the holder let go in between: then the lease is free to take.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const now = Date.now();
    const taken = await update(table, eventId, {
      UpdateExpression: 'SET lease = :owner, leaseUntil = :until',
      ConditionExpression: IS_FREE,
      ExpressionAttributeValues: { ':owner': owner, ':until': now + LEASE_MS, ':now': now },
    });
    if (taken) return taken;
    const knocked = await update(table, eventId, {
      UpdateExpression: 'ADD knocks :one',
      // Somebody alive is there to hear it.
      ConditionExpression: 'leaseUntil >= :now',
      ExpressionAttributeValues: { ':one': 1, ':now': now },
    });
    if (knocked) return undefined;
  }
  return undefined;
}

/** Renews the lease; with `claimed`, announces how far the coming window reaches. False: the lease was lost. */
export async function keepLease(
  table: Table,
  eventId: string,
  owner: string,
  claimed?: number,
): Promise<boolean> {
  const kept = await update(table, eventId, {
    UpdateExpression: `SET leaseUntil = :until${claimed === undefined ? '' : ', claimed = :claimed'}`,
    // Still ours: nobody took it for dead.
    ConditionExpression: 'lease = :owner',
    ExpressionAttributeValues: {
      ':owner': owner,
      ':until': Date.now() + LEASE_MS,
      ...(claimed !== undefined && { ':claimed': claimed }),
    },
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

/** Writes down what a window has done and lets go, unless somebody knocked since `knocks`: then false. */
export async function release(
  table: Table,
  eventId: string,
  owner: string,
  progress: Progress,
  knocks?: number,
): Promise<boolean> {
  const released = await update(table, eventId, {
    UpdateExpression: `${SET_PROGRESS} REMOVE lease, leaseUntil`,
    // Still ours; and whoever knocked left because we promised to look again.
    ConditionExpression: `lease = :owner${knocks === undefined ? '' : ' AND knocks = :knocks'}`,
    ExpressionAttributeValues: {
      ...progressValues(progress),
      ':owner': owner,
      ...(knocks !== undefined && { ':knocks': knocks }),
    },
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
