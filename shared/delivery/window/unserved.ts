import type { Cursor, Pending } from '../../store/cursor.ts';
import { signalPresence } from '../../store/event-head.ts';
import { timing } from '../../timing.ts';
import { disconnectMembers, markMembersLost } from '../departures.ts';
import type { Served, Unserved } from '../posting/poster.ts';
import type { Delivery } from '../types.ts';
import { PENDING_MAX } from './positions.ts';

/** So few that failed may have themselves to blame, though nobody else was served beside them. */
const FEW = 3;

interface Terms {
  /** As it was before the window. */
  cursor: Pick<Cursor, 'pending' | 'viewers'>;
  /** How many the cursor remembers whom this window does not serve. */
  passedBy: number;
  until: number;
}

interface Handled {
  departures: number;
  /** They keep their place, and the next window serves them; some have failed since a time, in milliseconds. */
  unserved: (Unserved & Pick<Pending, 'failingSince'>)[];
}

/**
 * Looks after those who were not served. Who is gone is lost. Whose client does not read is disconnected, and will come
 * back; so is whoever met errors in two windows running in which others were served. Throws when nobody was served: then
 * the trouble is not theirs, and the window is to be run again.
 */
export async function handleUnserved(
  delivery: Delivery,
  eventId: string,
  { frames, gone, lagging, failed, throttled }: Served,
  { cursor, passedBy, until }: Terms,
): Promise<Handled> {
  const before = { ...cursor.pending, ...cursor.viewers.pending };
  const { metrics } = delivery;
  metrics.count('FramesPosted', frames);
  metrics.count('ConnectionsGone', gone.length);
  metrics.count('ConnectionsThrottled', throttled.length);
  await markMembersLost(delivery, gone);
  const isNew = [...failed, ...throttled].some(({ connectionId }) => !(connectionId in before));
  if (frames === 0 && isNew) throw new Error('The management API served nobody');

  const now = Date.now();
  const failing = failed.map((one) => ({
    ...one,
    failingSince: before[one.connectionId]?.failingSince ?? now,
  }));
  const hopelessSince = frames > 0 ? now : failed.length <= FEW ? now - timing.failingTooLongMs : 0;
  const hopeless = failing.filter(({ failingSince }) => failingSince < hopelessSince);
  const stillFailing = failing.filter(({ failingSince }) => failingSince >= hopelessSince);
  const open = await disconnectMembers(delivery, [...lagging, ...hopeless], until);
  // Those who could not be disconnected have not failed to be served only now: they are tried anew.
  const unserved = [
    ...throttled,
    ...stillFailing,
    ...open.map(({ connectionId, had }) => ({ connectionId, had })),
  ];
  // Those who were served will hear it again.
  if (unserved.length + passedBy > PENDING_MAX)
    throw new Error('The management API failed for more members than the cursor can remember');
  // Nobody else may have a reason to run the next window soon.
  if (unserved.length > 0) await signalPresence(delivery.table, eventId);
  return { departures: gone.length + lagging.length + hopeless.length - open.length, unserved };
}
