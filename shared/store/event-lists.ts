import type { Event } from '../protocol/entities.ts';
import { updateIf } from './conditional.ts';
import { dueAt, notDue } from './due.ts';
import type { EventHead } from './event-head.ts';
import { eventGroup, eventKey, eventRank, idOf, tableKeys } from './keys.ts';
import { type Item, listGroup, queryGroup, type Table } from './table.ts';
import { transact } from './transaction.ts';

/** The lists of events in the index, by status. */

export interface EventPage {
  ids: string[];
  /** The rank to go on after, when there is more. */
  next?: string;
}

export interface EventQuery {
  status: Event['status'];
  limit: number;
  /** The `next` of the page before. */
  from?: string | undefined;
  /** Milliseconds since the epoch: created (active) or ended (ended) since then. */
  since?: number;
}

/** Ids of events of one status, newest first. The index is eventually consistent. */
export async function listEvents(
  table: Table,
  { status, limit, from, since = 0 }: EventQuery,
): Promise<EventPage> {
  const { keys, ...more } = await queryGroup(table, eventGroup(status), {
    limit,
    since: eventRank(since, ''),
    from: from === undefined ? undefined : { ...eventKey(idOf(from)), rank: from },
  });
  return { ids: keys.map(({ pk }) => idOf(pk)), ...more };
}

/** The ids of all events that are being deleted. */
export async function listDeleted(table: Table): Promise<string[]> {
  const ids: string[] = [];
  for await (const { pk } of listGroup(table, eventGroup('deleted'))) ids.push(idOf(pk));
  return ids;
}

/** When the details of an event were changed for its end, and since when it is being deleted; milliseconds. */
export interface EndChanges {
  endListedAt?: number;
  deletedAt?: number;
}

export const endChangesOf = ({ endListedAt, group, rank }: Item): EndChanges => ({
  ...(endListedAt !== undefined && { endListedAt: Number(endListedAt) }),
  ...(group === eventGroup('deleted') && { deletedAt: Number.parseInt(String(rank), 10) }),
});

/**
 * Moves an event that has ended from the list of the active to that of the ended, all or nothing with when it is to be deleted
 * (milliseconds). Does nothing if that was done before.
 */
export async function listAsEnded(
  table: Table,
  id: string,
  { endedAt, deleteAt, now }: { endedAt: string; deleteAt: number; now: number },
): Promise<void> {
  const move = moveTo('ended', Date.parse(endedAt), id);
  await transact(table, [
    {
      Update: {
        Key: eventKey(id),
        ...move,
        UpdateExpression: `${move.UpdateExpression}, endListedAt = :now`,
        // Not if it is being deleted.
        ConditionExpression: '#group = :active',
        ExpressionAttributeValues: {
          ...move.ExpressionAttributeValues,
          ...{ ':active': eventGroup('active'), ':now': now },
        },
      },
    },
    notDue(id, 'end'),
    dueAt(id, 'deletion', deleteAt),
  ]);
}

/** Puts an event into the group of those that are being deleted, once, whatever else is done about it. */
export async function listAsDeleted(table: Table, id: string, now: number): Promise<void> {
  const move = moveTo('deleted', now, id);
  await updateIf(table, eventKey(id), {
    ...move,
    ConditionExpression: 'attribute_exists(pk) AND #group <> :group',
  });
}

/** Changes the details of an event that is being deleted for its end, if nothing did: by that its end is published. */
export async function noteEnd(table: Table, id: string, now: number): Promise<void> {
  await updateIf(table, eventKey(id), {
    UpdateExpression: 'SET endListedAt = :now',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(endListedAt)',
    ExpressionAttributeValues: { ':now': now },
  });
}

function moveTo(status: EventHead['status'], since: number, id: string) {
  const { index } = tableKeys;
  return {
    UpdateExpression: 'SET #group = :group, #rank = :rank',
    ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort },
    ExpressionAttributeValues: {
      ':group': eventGroup(status),
      ':rank': eventRank(since, id),
    },
  };
}
