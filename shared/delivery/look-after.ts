import { ringForPresence } from '../store/bell.ts';
import type { Delivery } from './delivery.ts';
import { dropMembers, loseMembers } from './forget.ts';
import type { Served, Unserved } from './poster.ts';

/** What a cursor can remember; only a failure of everything passes by more. */
const PENDING_MAX = 5_000;

/**
 * Looks after those who were not served. Who is gone is lost; whose client does not read is disconnected, and will come
 * back; so is who could not be served by two windows running (`pending` has those whom the last one passed by). Resolves
 * to how many have left, and to those who keep their place and are to be served by the next window. Throws when nobody
 * was served: then the trouble is not theirs, and the window is to be run again.
 */
export async function lookAfter(
  delivery: Delivery,
  eventId: string,
  { frames, gone, lagging, failed, throttled }: Served,
  pending: Readonly<Record<string, number>>,
): Promise<{ departures: number; unserved: Unserved[] }> {
  const { metrics } = delivery;
  metrics.count('FramesPosted', frames);
  metrics.count('ConnectionsGone', gone.length);
  metrics.count('ConnectionsThrottled', throttled.length);
  await loseMembers(delivery, gone);
  const wasPending = ({ connectionId }: Unserved) => pending[connectionId] !== undefined;
  const troubled = [...failed, ...throttled];
  const first = troubled.filter((one) => !wasPending(one));
  const again = troubled.filter(wasPending);
  if (frames === 0 && first.length > 0) throw new Error('The management API serves nobody');
  const open = await dropMembers(delivery, [...lagging, ...again]);
  const unserved = [...first, ...open];
  if (unserved.length > PENDING_MAX) throw new Error('The management API serves too few');
  // Nobody else may have a reason to run the next window soon.
  if (unserved.length > 0) await ringForPresence(delivery.table, eventId);
  return { departures: gone.length + lagging.length + again.length - open.length, unserved };
}
