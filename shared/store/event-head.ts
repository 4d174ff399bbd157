import { type UpdateInput, updateIf } from './conditional.ts';
import { eventHeadKey } from './keys.ts';
import { getItem, type Table } from './table.ts';

/**
 * An event's bell: what wakes delivery. Its counters only go up; every change is a record on the table's stream.
 */
export interface EventHead {
  status: 'active' | 'ended';
  /** Only moderators can write. */
  paused?: true;
  /** Everybody else waits so long between messages. */
  slowModeSeconds?: number;
  /** The last sequence number given out. */
  seq: number;
  /** How often presence changed. */
  presence: number;
  /** The number that the end of the event has in the log. */
  endSeq?: number;
  endedAt?: string;
}

export const newEventHead: EventHead = { status: 'active', seq: 0, presence: 0 };

export async function getEventHead(
  table: Table,
  eventId: string,
  { consistent = true } = {},
): Promise<EventHead | undefined> {
  return getItem<EventHead>(table, eventHeadKey(eventId), { consistent });
}

/** What stands in the way of an entry: that the event is paused, that it has ended, nothing. */
export type Gate = 'pause' | 'end' | 'nothing';

/**
 * Takes the next sequence number, `seq`; undefined when what is to be heeded is in the way, or the event never was. Not
 * in a transaction: it is hot.
 */
export async function allocateSeq(
  table: Table,
  eventId: string,
  gate: Gate = 'pause',
): Promise<EventHead | undefined> {
  const isActive = {
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':one': 1, ':active': 'active' },
  };
  const conditions = {
    pause: { ConditionExpression: '#status = :active AND attribute_not_exists(paused)', ...isActive },
    end: { ConditionExpression: '#status = :active', ...isActive },
    // Never creates a bell for an event that is not there.
    nothing: {
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':one': 1 },
    },
  };
  return ring(table, eventId, { UpdateExpression: 'ADD seq :one', ...conditions[gate] });
}

/** How people may write in an event; what is not given stays. */
export interface Rules {
  paused?: boolean | undefined;
  /** 0: as fast as anywhere. */
  slowModeSeconds?: number | undefined;
}

/** Changes the rules of an event that has not ended. False: it has, or never was. */
export async function setRules(table: Table, eventId: string, rules: Rules): Promise<boolean> {
  const set: string[] = [];
  const remove: string[] = [];
  for (const [rule, value] of Object.entries(rules)) {
    if (value !== undefined) (value ? set : remove).push(rule);
  }
  const values = Object.fromEntries(set.map((rule) => [`:${rule}`, rules[rule as keyof Rules]]));
  const changed = await ring(table, eventId, {
    UpdateExpression: [
      ...(set.length > 0 ? [`SET ${set.map((rule) => `${rule} = :${rule}`).join(', ')}`] : []),
      ...(remove.length > 0 ? [`REMOVE ${remove.join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active', ...values },
  });
  return changed !== undefined;
}

/** Says that presence notes wait. Also for an ended event: people still leave it. */
export async function signalPresence(table: Table, eventId: string): Promise<void> {
  await ring(table, eventId, {
    UpdateExpression: 'ADD presence :one',
    // Never creates a bell for an event that is not there.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':one': 1 },
  });
}

/** Ends the event and takes the number of its last log entry; undefined when it had ended before. */
export async function allocateEnd(
  table: Table,
  eventId: string,
  endedAt: string,
): Promise<EventHead | undefined> {
  return ring(table, eventId, {
    // The number after the last one: seq and endSeq change together, so no message can have it.
    UpdateExpression: 'SET #status = :ended, endedAt = :at, seq = seq + :one, endSeq = seq + :one',
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':ended': 'ended', ':active': 'active', ':at': endedAt, ':one': 1 },
  });
}

async function ring(table: Table, eventId: string, input: UpdateInput): Promise<EventHead | undefined> {
  return (await updateIf(table, eventHeadKey(eventId), input)) as EventHead | undefined;
}
