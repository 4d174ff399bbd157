import { forEachConcurrently } from '../concurrency.ts';
import type { Member } from '../store/audience.ts';
import type { Delivery } from './delivery.ts';
import { forget } from './forget.ts';

/** Posts under way at once; the SDK keeps as many sockets. */
export const POST_CONCURRENCY = 50;

/**
 * Posts to every member what `framesFor` gives it. One member never harms another: who is gone is removed, who could
 * not be served while others were is disconnected and will come back. Returns how many left that way. Throws when
 * nobody could be served: then the trouble is not theirs, and the window is to be run again.
 */
export async function postToAll(
  delivery: Delivery,
  eventId: string,
  members: readonly Member[],
  framesFor: (member: Member) => readonly string[],
): Promise<number> {
  const gone: Member[] = [];
  const failed: Member[] = [];
  let delivered = 0;
  let frameCount = 0;
  await forEachConcurrently(members, POST_CONCURRENCY, async (member) => {
    const frames = framesFor(member);
    if (frames.length === 0) return;
    const outcome = await delivery.poster.post(member.connectionId, frames);
    if (outcome === 'gone') gone.push(member);
    else if (outcome === 'failed') failed.push(member);
    else {
      delivered += 1;
      frameCount += frames.length;
    }
  });
  delivery.metrics.count('FramesPosted', frameCount);
  if (failed.length > 0 && delivered === 0) throw new Error('The management API serves nobody');
  for (const { connectionId } of failed) await delivery.poster.close(connectionId);
  const lost = [...gone, ...failed];
  await forEachConcurrently(
    lost,
    10,
    async ({ connectionId }) => void (await forget(delivery, connectionId)),
  );
  delivery.metrics.count('ConnectionsGone', gone.length);
  delivery.metrics.count('ConnectionsDropped', failed.length);
  if (lost.length > 0)
    delivery.log.info('members lost', { eventId, gone: gone.length, dropped: failed.length });
  return lost.length;
}
