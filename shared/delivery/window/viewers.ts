import { isDeepStrictEqual } from 'node:util';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import { isUnbatched } from '../../protocol/wire.ts';
import type { Cursor, ViewersCursor } from '../../store/cursor.ts';
import { listViewers } from '../../store/members.ts';
import type { Table } from '../../store/table.ts';
import { NOBODY } from '../content/tell.ts';
import type { Delivery } from '../types.ts';
import type { AudienceMember } from './audience.ts';
import { reactionsSince } from './reactions.ts';
import type { Group } from './recipients.ts';

/** Whether a window that begins at `now` (milliseconds since the epoch) serves those who watch, too. */
export const isTheirTurn = (
  { viewers }: Pick<Cursor, 'viewers'>,
  { viewerPaceSeconds }: Pick<Delivery['settings'], 'viewerPaceSeconds'>,
  now: number,
): boolean => viewerPaceSeconds === 0 || viewers.nextAt <= now;

/** Whether windows have passed them by that had something to tell, or that somebody signalled for them. */
export const areViewersBehind = ({ delivered, outbox, reactions, viewers }: Cursor): boolean =>
  viewers.delivered < delivered || viewers.outbox < outbox || viewers.reactions < reactions;

/** All who watch, as those who are nobody in the event. */
export async function readViewers(table: Table, eventId: string): Promise<AudienceMember[]> {
  const viewers: AudienceMember[] = [];
  for await (const page of listViewers(table, eventId)) {
    for (const viewer of page) viewers.push({ ...viewer, participant: NOBODY });
  }
  return viewers;
}

/** What windows have told of reactions since the last one that served them; `besides`, what the others hear, if that is the same. */
export function reactionsForViewers(
  eventId: string,
  { reactionsTold }: Pick<Cursor, 'reactionsTold'>,
  { viewers }: Cursor,
  besides: readonly ServerEvent[],
): readonly ServerEvent[] {
  const event = reactionsSince(eventId, reactionsTold, viewers.reactionsTold);
  const mine = event ? [event] : [];
  return isDeepStrictEqual(mine, besides) ? besides : mine;
}

/** The place where nearly all of them are. */
export const viewersPlace = ({ delivered, presence }: ViewersCursor) => ({ seq: delivered, presence });

interface Served {
  cursor: Cursor;
  /** The head's `outbox` that the window had seen. */
  signals: number;
  /** Whether it has told them all that there is. */
  isComplete: boolean;
  startedAt: number;
  told: Pick<Cursor, 'reactions' | 'reactionsTold'>;
  settings: Pick<Delivery['settings'], 'viewerPaceSeconds'>;
}

/** What the cursor says of them after a window that served them. */
export function viewersAfter(
  { members, positions, end, besides }: Group,
  { cursor: { viewers, outbox }, signals, isComplete, startedAt, told, settings }: Served,
): ViewersCursor {
  const isTold = end.seq > viewers.delivered || end.presence > viewers.presence || besides.length > 0;
  const pauses = isComplete && isTold && members.length > 0;
  return {
    delivered: end.seq,
    presence: end.presence,
    outbox: Math.max(signals, outbox),
    reactions: told.reactions,
    reactionsTold: told.reactionsTold,
    pending: positions.pending,
    count: members.length,
    unbatched: members.filter(({ wire }) => isUnbatched(wire)).length,
    nextAt: pauses ? startedAt + 1000 * settings.viewerPaceSeconds : isComplete ? viewers.nextAt : 0,
  };
}
