import { type UpdateInput, updateIf } from './conditional.ts';
import { bellKey } from './keys.ts';
import { getItem, type Table } from './table.ts';

/**
 * An event's bell: what wakes delivery. Its counters only go up; every change is a record on the table's stream.
 */
export interface Bell {
  status: 'active' | 'ended';
  /** The last sequence number given out. */
  seq: number;
  /** How often presence changed. */
  presence: number;
  /** The number that the end of the event has in the log. */
  endSeq?: number;
  endedAt?: string;
}

export const newBell: Bell = { status: 'active', seq: 0, presence: 0 };

export async function getBell(table: Table, eventId: string): Promise<Bell | undefined> {
  return getItem<Bell>(table, bellKey(eventId));
}

/** Takes the next sequence number, `seq`; undefined when the event has ended or never was. Not in a transaction: it is hot. */
export async function ringForEntry(table: Table, eventId: string): Promise<Bell | undefined> {
  return ring(table, eventId, {
    UpdateExpression: 'ADD seq :one',
    // An ended event takes no more messages.
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':one': 1, ':active': 'active' },
  });
}

/** Says that presence notes wait. Also for an ended event: people still leave it. */
export async function ringForPresence(table: Table, eventId: string): Promise<void> {
  await ring(table, eventId, {
    UpdateExpression: 'ADD presence :one',
    // Never creates a bell for an event that is not there.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':one': 1 },
  });
}

/** Ends the event and takes the number of its last log entry; undefined when it had ended before. */
export async function ringForEnd(table: Table, eventId: string, endedAt: string): Promise<Bell | undefined> {
  return ring(table, eventId, {
    // The number after the last one: seq and endSeq change together, so no message can have it.
    UpdateExpression: 'SET #status = :ended, endedAt = :at, seq = seq + :one, endSeq = seq + :one',
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':ended': 'ended', ':active': 'active', ':at': endedAt, ':one': 1 },
  });
}

async function ring(table: Table, eventId: string, input: UpdateInput): Promise<Bell | undefined> {
  return (await updateIf(table, bellKey(eventId), input)) as Bell | undefined;
}
