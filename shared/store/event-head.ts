import { changeHead } from './changed-heads.ts';
import type { UpdateInput } from './conditional.ts';
import { eventHeadKey } from './keys.ts';
import { getItem, type Table } from './table.ts';

/**
 * What changes all the time in an event, small and hot. Its counters only go up; every change of it is a record on the
 * table's stream, and wakes delivery.
 */
export interface EventHead {
  /** `deleted`: nobody finds it any more, and the sweep removes it once nobody can write to it any more. */
  status: 'active' | 'ended' | 'deleted';
  /** Only moderators can write. */
  paused?: true;
  /** Everybody else waits so long between messages. */
  slowModeSeconds?: number;
  /** Rejects messages with links, what somebody sends again, and words of the list of this version. */
  links?: 'deny';
  repeats?: 'deny';
  words?: string;
  /** When the last of its mutes ends, milliseconds since the epoch; some may have been lifted. */
  mutedUntil?: number;
  /** How often its rules and mutes have changed. */
  ruleChanges?: number;
  /** The last sequence number given out. */
  seq: number;
  /** What all that was written came to in frames, bytes, about. */
  bytes: number;
  /** How often somebody said that the presence outbox has something to announce. */
  outbox: number;
  /** How often somebody said that reactions wait to be told. */
  reactions: number;
  /** How often somebody woke the stream's function for nothing else. */
  wakes?: number;
  /** The number that the end of the event has in the log. */
  endSeq?: number;
  endedAt?: string;
  /** Milliseconds since the epoch. */
  deletedAt?: number;
}

export const newEventHead: EventHead = { status: 'active', seq: 0, bytes: 0, outbox: 0, reactions: 0 };

export const isThere = 'attribute_exists(pk)';

export async function getEventHead(
  table: Table,
  eventId: string,
  { consistent = true } = {},
): Promise<EventHead | undefined> {
  const item = await getItem<EventHead>(table, eventHeadKey(eventId), { consistent });
  return item && complete(item);
}

/** One that an older version wrote lacks what is newer. */
const complete = (item: object): EventHead => ({ ...newEventHead, ...item });

/** What an event must be for an entry to get a number. `there`: not deleted; `{ruleChanges}`: active and not paused, with the rules and mutes of then. */
export type Gate = 'active' | 'there' | { ruleChanges: EventHead['ruleChanges'] | undefined };

/**
 * Takes the next sequence number for an entry of so many bytes; it is the `seq` of the head that it resolves to. Undefined: the gate is closed, or the event
 * never was. Not in a transaction: the item is hot.
 */
export async function allocateSeq(
  table: Table,
  eventId: string,
  { gate = 'active', bytes = 0 }: { gate?: Gate; bytes?: number } = {},
): Promise<EventHead | undefined> {
  return change(table, eventId, {
    UpdateExpression: 'ADD seq :one, bytes :bytes',
    ...conditionOf(gate, { ':one': 1, ':bytes': bytes }),
  });
}

function conditionOf(gate: Gate, values: Record<string, unknown>): Omit<UpdateInput, 'UpdateExpression'> {
  // Never creates a head for an event that is not there.
  if (gate === 'there')
    return {
      ConditionExpression: `${isThere} AND #status <> :deleted`,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ...values, ':deleted': 'deleted' },
    };
  const active = {
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ...values, ':active': 'active' },
  };
  if (gate === 'active') return { ...active, ConditionExpression: '#status = :active' };
  const { ruleChanges } = gate;
  // What was changed since the sender has looked binds them, too.
  const isUnchanged =
    ruleChanges === undefined ? 'attribute_not_exists(ruleChanges)' : 'ruleChanges = :changes';
  return {
    ...active,
    ConditionExpression: `#status = :active AND attribute_not_exists(paused) AND ${isUnchanged}`,
    ...(ruleChanges !== undefined && {
      ExpressionAttributeValues: { ...active.ExpressionAttributeValues, ':changes': ruleChanges },
    }),
  };
}

/** Says that the outbox, or a member that was skipped, waits for a window. Also for an ended event: people still leave it. */
export async function signalPresence(table: Table, eventId: string): Promise<void> {
  await change(table, eventId, {
    UpdateExpression: 'ADD outbox :one',
    // Never creates a head for an event that is not there.
    ConditionExpression: isThere,
    ExpressionAttributeValues: { ':one': 1 },
  });
}

/** Says that reactions wait, unless somebody has since a window took them at `taken`. Undefined: somebody has. */
export async function signalReactions(
  table: Table,
  eventId: string,
  taken: number,
): Promise<EventHead | undefined> {
  return change(table, eventId, {
    UpdateExpression: 'ADD reactions :one',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(reactions) OR reactions <= :taken)',
    ExpressionAttributeValues: { ':one': 1, ':taken': taken },
  });
}

/** Wakes the stream's function once more, after whatever else it is to do. */
export async function wakeStream(table: Table, eventId: string): Promise<void> {
  await change(table, eventId, {
    UpdateExpression: 'ADD wakes :one',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':one': 1 },
  });
}

/** Ends the event and takes the number of its last log entry, `endSeq`. Undefined: it had ended before. */
export async function allocateEnd(
  table: Table,
  eventId: string,
  endedAt: string,
): Promise<EventHead | undefined> {
  return change(table, eventId, {
    // The number after the last one: seq and endSeq change together, so no message can have it.
    UpdateExpression: 'SET #status = :ended, endedAt = :at, seq = seq + :one, endSeq = seq + :one',
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':ended': 'ended', ':active': 'active', ':at': endedAt, ':one': 1 },
  });
}

/** Makes an ended event one that is not there any more. Undefined: it is active, or gone. */
export async function setDeleted(table: Table, eventId: string, now: number): Promise<EventHead | undefined> {
  return change(table, eventId, {
    UpdateExpression: 'SET #status = :deleted, deletedAt = if_not_exists(deletedAt, :now)',
    ConditionExpression: `${isThere} AND #status <> :active`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':deleted': 'deleted', ':active': 'active', ':now': now },
  });
}

/** Changes the head under a condition; resolves to it as it is then, undefined when the condition failed. */
export async function change(
  table: Table,
  eventId: string,
  input: UpdateInput,
): Promise<EventHead | undefined> {
  const item = await changeHead(table, eventId, input);
  return item && complete(item);
}
