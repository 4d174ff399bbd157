import type { Cursor } from '../../store/cursor.ts';
import { signalPresence } from '../../store/event-head.ts';
import { disconnectMembers, markMembersLost } from '../departures.ts';
import type { Served, Unserved } from '../posting/poster.ts';
import type { Delivery } from '../types.ts';
import { PENDING_MAX } from './positions.ts';

/** After this even so few that nobody else was served beside are given up, milliseconds. */
const TROUBLE_MS = 60_000;
const FEW = 3;

interface Left {
  departures: number;
  /** They keep their place, and the next window serves them. */
  unserved: Unserved[];
  troubled: Cursor['troubled'];
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
  before: Pick<Cursor, 'pending' | 'troubled'>,
  until: number,
): Promise<Left> {
  const { metrics } = delivery;
  metrics.count('FramesPosted', frames);
  metrics.count('ConnectionsGone', gone.length);
  metrics.count('ConnectionsThrottled', throttled.length);
  await markMembersLost(delivery, gone);
  const isNew = [...failed, ...throttled].some(({ connectionId }) => !(connectionId in before.pending));
  if (frames === 0 && isNew) throw new Error('The management API serves nobody');

  const now = Date.now();
  const troubledSince = ({ connectionId }: Unserved) => before.troubled[connectionId] ?? now;
  const givenUp = frames > 0 ? now : failed.length <= FEW ? now - TROUBLE_MS : 0;
  const isHopeless = (one: Unserved) => troubledSince(one) < givenUp;
  const hopeless = failed.filter(isHopeless);
  const open = await disconnectMembers(delivery, [...lagging, ...hopeless], until);
  const stillFailed = failed.filter((one) => !isHopeless(one));
  const unserved = [...throttled, ...stillFailed, ...open];
  // Those who were served will hear it again.
  if (unserved.length > PENDING_MAX) throw new Error('The management API serves too few');
  // Nobody else may have a reason to run the next window soon.
  if (unserved.length > 0) await signalPresence(delivery.table, eventId);
  return {
    departures: gone.length + lagging.length + hopeless.length - open.length,
    unserved,
    troubled: Object.fromEntries(stillFailed.map((one) => [one.connectionId, troubledSince(one)])),
  };
}
