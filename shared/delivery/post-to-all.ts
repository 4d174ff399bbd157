import { forEachConcurrently } from '../concurrency.ts';
import { sleep } from '../sleep.ts';
import { type Chunk, chunksOf, type Recipient } from './chunks.ts';
import type { Delivery } from './delivery.ts';
import type { Lease } from './lease.ts';
import type { Served } from './poster.ts';
import type { Share } from './share.ts';

/** Lambdas that post at the same time, besides this one. */
const POSTERS = 16;
/** What an invocation takes, less a reserve: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const INVOCATION_BYTES = 5_500_000;
/** Before those who could not be served are tried again. */
const PAUSE_MS = 200;

interface Terms {
  lease: Lease;
  share: Share;
  /** When to give up, milliseconds since the epoch. */
  until: number;
}

/**
 * Posts to an audience: the first chunk from here, the others from as many Lambdas as it takes, each when the account's
 * share allows it. Goes on while the management API is in trouble. Throws when the lease is lost.
 */
export async function postToAll(
  delivery: Delivery,
  recipients: Iterable<Recipient>,
  { lease, share, until }: Terms,
): Promise<Served> {
  const { settings, poster, postElsewhere, log } = delivery;
  const total: Served = { connections: 0, frames: 0, gone: [], lagging: [], failed: [], throttled: [] };
  const limits = { connections: settings.chunkConnections, frames: share.most, bytes: INVOCATION_BYTES };
  const postHere = ({ batches }: Chunk) => poster.postAll(batches, () => Math.min(lease.until, until));

  async function post(chunk: Chunk, isFirst: boolean): Promise<Served> {
    if (isFirst || !postElsewhere || chunk.bytes > INVOCATION_BYTES) return postHere(chunk);
    try {
      return await postElsewhere(chunk.batches, Math.min(lease.until, until));
    } catch (error) {
      // Whoever was served before it failed hears it twice.
      log.warn('a chunk is posted from here', { error });
      return postHere(chunk);
    }
  }

  for (let left = recipients; ; ) {
    const again: Recipient[] = [];
    let count = 0;
    const affordable = whenAffordable(chunksOf(left, limits), share);
    await forEachConcurrently(
      affordable,
      postElsewhere ? POSTERS + 1 : 1,
      async ({ chunk, isAffordable }) => {
        lease.check();
        count += 1;
        if (isAffordable) again.push(...add(total, chunk, await post(chunk, count === 1)));
        else again.push(...chunk.recipients);
      },
    );
    lease.check();
    if (again.length === 0) return total;
    // Nobody has had anything: the window can be run again as a whole.
    if (total.frames === 0 || Date.now() + PAUSE_MS > until) {
      total.throttled.push(...again);
      return total;
    }
    await sleep(PAUSE_MS);
    left = again;
  }
}

/** One after the other, each once its frames may be posted, or it is too late for that. */
async function* whenAffordable(chunks: Iterable<Chunk>, share: Share) {
  let isAffordable = true;
  for (const chunk of chunks) {
    isAffordable &&= await share.take(chunk.frames);
    yield { chunk, isAffordable };
  }
}

/** Adds what became of a chunk; resolves to those who are to be tried again. */
function add(total: Served, chunk: Chunk, served: Served): Recipient[] {
  total.connections += served.connections;
  total.frames += served.frames;
  total.gone.push(...served.gone);
  if (served.connections + served.gone.length === chunk.recipients.length) return [];
  const recipients = new Map(chunk.recipients.map((recipient) => [recipient.connectionId, recipient]));
  const since = ({ connectionId, had }: { connectionId: string; had: number }): Recipient => {
    const before = recipients.get(connectionId) ?? { connectionId, frames: [], had: 0 };
    return { ...before, had: before.had + had };
  };
  total.lagging.push(...served.lagging.map(since));
  // If nobody else was served either, the trouble is not theirs.
  if (served.frames === 0) return [...served.throttled, ...served.failed].map(since);
  total.failed.push(...served.failed.map(since));
  return served.throttled.map(since);
}
