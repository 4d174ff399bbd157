import { forEachConcurrently } from '../concurrency.ts';
import { ringForPresence } from '../store/bell.ts';
import type { Delivery } from './delivery.ts';
import { dropMembers, loseMembers } from './forget.ts';
import type { Lease } from './lease.ts';
import type { Outcome } from './poster.ts';

/** Posts under way at once; the SDK keeps as many sockets. */
export const POST_CONCURRENCY = 50;

export interface Served<Member> {
  /** Members that have left now, each of which its event will hear of. */
  departures: number;
  /** Who could be neither served nor disconnected, and is to be served again. */
  unserved: Member[];
}

/**
 * Posts to every member what `framesFor` gives it. One member never harms another: who is gone is looked after; who could
 * not be served while others were is disconnected, and will come back. Throws when nobody could be served: then the
 * trouble is not theirs, and the window is to be run again.
 */
export async function postToAll<Member extends { connectionId: string }>(
  delivery: Delivery,
  eventId: string,
  lease: Lease,
  members: readonly Member[],
  framesFor: (member: Member) => readonly string[],
): Promise<Served<Member>> {
  const by: Record<Outcome, Member[]> = { delivered: [], gone: [], lagging: [], failed: [] };
  let frameCount = 0;
  await forEachConcurrently(members, POST_CONCURRENCY, async (member) => {
    const frames = framesFor(member);
    if (frames.length === 0) return;
    lease.check();
    const outcome = await delivery.poster.post(member.connectionId, frames);
    by[outcome].push(member);
    if (outcome === 'delivered') frameCount += frames.length;
  });
  const { delivered, gone, lagging, failed } = by;
  delivery.metrics.count('FramesPosted', frameCount);
  delivery.metrics.count('ConnectionsGone', gone.length);
  await loseMembers(delivery, gone);
  // One or two 429 are clients that do not read; more of them, and no success, are everybody's.
  if (delivered.length === 0 && (failed.length > 0 || lagging.length > 2)) {
    throw new Error('The management API serves nobody');
  }
  const unserved = await dropMembers(delivery, [...lagging, ...failed]);
  // Nobody else may have a reason to run the next window soon.
  if (unserved.length > 0) await ringForPresence(delivery.table, eventId);
  return { departures: gone.length + lagging.length + failed.length - unserved.length, unserved };
}
