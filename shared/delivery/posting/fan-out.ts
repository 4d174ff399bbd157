import { forEachConcurrently, sleep } from '../../concurrency.ts';
import type { Delivery } from '../types.ts';
import type { Lease } from '../window/lease-holder.ts';
import { PENDING_MAX } from '../window/positions.ts';
import { type Chunk, chunksOf, type Recipient } from './chunks.ts';
import type { FrameQuota } from './frame-quota.ts';
import type { Served, Unserved } from './poster.ts';
import { nobodyServed } from './rounds.ts';

/** Lambdas that post at the same time, besides this one. */
const POSTERS = 16;
/** What an invocation takes, less a reserve: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const INVOCATION_BYTES = 5_500_000;
/** Before those who could not be served are tried again. */
const PAUSE_MS = 200;

interface Terms {
  lease: Lease;
  quota: FrameQuota;
  /** When to give up, milliseconds since the epoch. */
  until: number;
}

/**
 * Posts to an audience: the first chunk from here, the others from as many Lambdas as it takes, each when the account's
 * quota allows it. Goes on while the management API is in trouble. Throws when the lease is lost.
 */
export async function fanOut(
  delivery: Delivery,
  recipients: Iterable<Recipient>,
  { lease, quota, until }: Terms,
): Promise<Served> {
  const { settings, poster, postElsewhere, log } = delivery;
  const total = nobodyServed();
  const limits = { connections: settings.chunkConnections, frames: quota.most, bytes: INVOCATION_BYTES };
  const postHere = ({ batches }: Chunk) => poster.postAll(batches, () => Math.min(lease.until, until));

  async function post(chunk: Chunk, isFirst: boolean): Promise<Served> {
    if (isFirst || !postElsewhere || chunk.bytes > INVOCATION_BYTES) return postHere(chunk);
    try {
      return await postElsewhere(chunk.batches, Math.min(lease.until, until));
    } catch (error) {
      // Whoever was served before it failed hears it twice.
      log.warn('another function could not post a chunk, posting it here', { error });
      return postHere(chunk);
    }
  }

  for (let left = recipients; ; ) {
    const { frames } = total;
    const [failed, throttled]: [Recipient[], Recipient[]] = [[], []];
    let count = 0;
    const affordable = whenAffordable(chunksOf(left, limits), quota);
    await forEachConcurrently(
      affordable,
      postElsewhere ? POSTERS + 1 : 1,
      async ({ chunk, isAffordable }) => {
        lease.check();
        count += 1;
        if (!isAffordable) return void throttled.push(...chunk.recipients);
        const served = await post(chunk, count === 1);
        add(total, chunk, served, { failed, throttled });
      },
    );
    lease.check();
    const isProgress = total.frames > frames;
    // More than can be remembered: it must be the management API, and it goes on when that does.
    const isOutage = total.frames > 0 && failed.length + throttled.length > PENDING_MAX;
    const isOver = Date.now() + PAUSE_MS > until || !(isOutage || (isProgress && throttled.length > 0));
    if (isOver || !isOutage) total.failed.push(...failed);
    if (isOver) total.throttled.push(...throttled);
    if (isOver) return total;
    await sleep(PAUSE_MS);
    left = isOutage ? [...throttled, ...failed] : throttled;
  }
}

/** One after the other, each once its frames may be posted, or it is too late for that. */
async function* whenAffordable(chunks: Iterable<Chunk>, quota: FrameQuota) {
  let isAffordable = true;
  for (const chunk of chunks) {
    isAffordable &&= await quota.take(chunk.frames);
    yield { chunk, isAffordable };
  }
}

/** Adds what became of a chunk; who may be served yet comes into the lists. */
function add(
  total: Served,
  { recipients }: Chunk,
  served: Served,
  left: { failed: Recipient[]; throttled: Recipient[] },
): void {
  total.connections += served.connections;
  total.frames += served.frames;
  total.gone.push(...served.gone);
  if (served.connections + served.gone.length === recipients.length) return;
  const before = new Map(recipients.map((recipient) => [recipient.connectionId, recipient]));
  const since = ({ connectionId, had }: Unserved): Recipient => {
    const recipient = before.get(connectionId) ?? { connectionId, frames: [], had: 0 };
    return { ...recipient, had: recipient.had + had };
  };
  total.lagging.push(...served.lagging.map(since));
  left.failed.push(...served.failed.map(since));
  left.throttled.push(...served.throttled.map(since));
}
