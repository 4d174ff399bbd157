import type { ServerEvent } from '../../protocol/server-to-client.ts';
import type { Cursor } from '../../store/cursor.ts';
import type { EventHead } from '../../store/event-head.ts';
import { type Counts, takeReactions } from '../../store/reactions.ts';
import { timing } from '../../timing.ts';
import type { Delivery } from '../types.ts';

type Told = Pick<Cursor, 'reactions' | 'reactionsTold' | 'nextReactionsAt'>;
type Heard = Pick<EventHead, 'reactions'>;

/** Reactions that are alone wait so many windows' time, at the pace, for a message in whose frames they cost nothing. */
const ALONE_AFTER = 2;

const haveWaiting = (head: Heard, cursor: Told): boolean => head.reactions > cursor.reactions;

/** Whether reactions wait that are reason enough for a window, if nothing else is. */
export const areReactionsDue = (head: Heard, cursor: Told): boolean =>
  haveWaiting(head, cursor) && cursor.nextReactionsAt <= Date.now();

/** In how many milliseconds a window is to be run, if nothing but reactions waits for one; else 0. */
export function untilReactions(
  head: Pick<EventHead, 'seq' | 'outbox' | 'reactions'>,
  cursor: Told & Pick<Cursor, 'delivered' | 'outbox'>,
): number {
  const isMore = head.seq > cursor.delivered || head.outbox > cursor.outbox;
  return isMore || !haveWaiting(head, cursor) ? 0 : Math.max(0, cursor.nextReactionsAt - Date.now());
}

/** When a window may begin that has nothing else to tell, after one that began at `startedAt` and is to be followed by a pause. */
export const nextReactionsAfter = (told: Told, startedAt: number, pauseMs: number): number =>
  Math.max(told.nextReactionsAt, startedAt + ALONE_AFTER * pauseMs);

/**
 * What a window that begins now tells of reactions, if anybody has signalled some: how many more were counted than windows
 * before it have written down as told. One that dies in between leaves that to the next one.
 */
export async function collectReactions(
  { table }: Delivery,
  eventId: string,
  head: Heard,
  cursor: Cursor,
): Promise<{ event: ServerEvent | undefined; told: Told }> {
  const { reactions, reactionsTold, nextReactionsAt } = cursor;
  if (!haveWaiting(head, cursor))
    return { event: undefined, told: { reactions, reactionsTold, nextReactionsAt } };
  const startedAt = Date.now();
  const all = await takeReactions(table, eventId, head.reactions);
  return {
    event: reactionsSince(eventId, all, reactionsTold),
    told: {
      reactions: head.reactions,
      reactionsTold: all,
      nextReactionsAt: startedAt + timing.reactionsMs,
    },
  };
}

/** What somebody is to be told who was told `before`; undefined: nothing. */
export function reactionsSince(eventId: string, all: Counts, before: Counts): ServerEvent | undefined {
  const counts: Counts = {};
  const totals: Counts = {};
  for (const [reaction, total] of Object.entries(all)) {
    const more = total - (before[reaction] ?? 0);
    if (more === 0) continue;
    counts[reaction] = more;
    totals[reaction] = total;
  }
  return Object.keys(counts).length > 0
    ? { event: 'reactions', data: { eventId, counts, totals } }
    : undefined;
}
