import type { Event } from '../protocol/entities.ts';
import { updateIf } from './conditional.ts';
import { dueAt, notDue } from './due.ts';
import type { EventHead } from './event-head.ts';
import { eventGroup, eventKey, eventRank, idOf, tableKeys } from './keys.ts';
import { listGroup, queryGroup, type Table } from './table.ts';
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

/**
 * Moves an event that has ended from the list of the active to that of the ended, all or nothing with when it is to be deleted
 * (milliseconds). Does nothing if that was done before.
 */
export async function listAsEnded(
  table: Table,
  id: string,
  { endedAt, deleteAt }: { endedAt: string; deleteAt: number },
): Promise<void> {
  const move = moveTo('ended', Date.parse(endedAt), id);
  await transact(table, [
    {
      Update: {
        Key: eventKey(id),
        ...move,
        // Not if it is being deleted.
        ConditionExpression: '#group = :active',
        ExpressionAttributeValues: { ...move.ExpressionAttributeValues, ':active': eventGroup('active') },
      },
    },
    notDue(id, 'end'),
    dueAt(id, 'deletion', deleteAt),
  ]);
}

/** Puts an event into the group of those that are being deleted, whatever else is done about it. False: no such event. */
export async function listAsDeleted(table: Table, id: string, now: number): Promise<boolean> {
  const moved = await updateIf(table, eventKey(id), {
    ...moveTo('deleted', now, id),
    ConditionExpression: 'attribute_exists(pk)',
  });
  return moved !== undefined;
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
