import { forEachConcurrently, sleep } from '../../concurrency.ts';
import { type ManagementApi, type Payload, POST_CONCURRENCY, payloadOf } from './management-api.ts';
import type { Batch, Served, Unserved } from './poster.ts';

/** A connection that is refused for so long is given up, milliseconds. */
export const PATIENCE_MS = 2_000;
export const FIRST_WAIT_MS = 50;
/** Short enough that chance alone hardly refuses anybody for as long as the patience lasts. */
const LONGEST_WAIT_MS = 400;

const QUESTIONS = 5;

interface Bounds {
  stopAt: () => number;
  patienceMs: number;
}

/** What posting begins with. */
export const nobodyServed = (): Served => ({
  connections: 0,
  frames: 0,
  gone: [],
  lagging: [],
  failed: [],
  throttled: [],
});

/** A connection on its way to being served. */
interface Waiting extends Unserved {
  payloads: readonly Payload[];
  /** Since when it has been refused, milliseconds, and with which status; 0: there was no answer. */
  refusedAt?: number;
  status?: number;
}

/**
 * Posts in rounds: everybody, then after a pause those who were refused, until they are served or given up. So nobody
 * waits for somebody else's trouble.
 */
export async function postInRounds(
  api: ManagementApi,
  batches: readonly Batch[],
  bounds: Bounds,
): Promise<Served> {
  const served = nobodyServed();
  let waiting: Waiting[] = batches.flatMap(({ frames, connectionIds }) => {
    const payloads = frames.map(payloadOf);
    return connectionIds.map((connectionId) => ({ connectionId, payloads, had: 0 }));
  });
  let progressAt = Date.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const { frames } = served;
    waiting = await round(api, waiting, bounds, served);
    if (waiting.length === 0) return served;
    if (served.frames > frames) progressAt = Date.now();
    // Longer than it takes to judge who it is that is refused.
    const isStuck = Date.now() - progressAt > 3 * bounds.patienceMs;
    if (isStuck || Date.now() + waitMs >= bounds.stopAt()) break;
    await sleep(waitMs);
  }
  served.throttled.push(...waiting.map(unserved));
  return served;
}

const unserved = ({ connectionId, had }: Waiting): Unserved => ({ connectionId, had });

/** Tries everybody once; resolves to who is to be tried again. Once nobody is served any more, the others are spared. */
async function round(
  api: ManagementApi,
  waiting: readonly Waiting[],
  { stopAt, patienceMs }: Bounds,
  served: Served,
): Promise<Waiting[]> {
  const [spared, refused]: [Waiting[], Waiting[]] = [[], []];
  let refusalsInARow = 0;
  await forEachConcurrently(waiting, POST_CONCURRENCY, async (one) => {
    if (refusalsInARow >= POST_CONCURRENCY || Date.now() >= stopAt()) {
      spared.push(one);
      return;
    }
    const outcome =
      (await serve(api, one, stopAt, served)) ?? (await giveUp(api, one, { stopAt, patienceMs }, served));
    refusalsInARow = outcome ? 0 : refusalsInARow + 1;
    if (outcome === 'delivered') served.connections += 1;
    else if (outcome === 'gone') served.gone.push(one.connectionId);
    else if (outcome) served[outcome].push(unserved(one));
    else refused.push(one);
  });
  // Who was spared is tried first.
  return [...spared, ...refused];
}

/** Sends what it has not had yet. Undefined: it was refused, or there was no more time. */
async function serve(
  api: ManagementApi,
  one: Waiting,
  stopAt: () => number,
  served: Served,
): Promise<'delivered' | 'gone' | undefined> {
  for (let payload = one.payloads[one.had]; payload; payload = one.payloads[one.had]) {
    if (Date.now() >= stopAt()) return undefined;
    const status = await statusOf(api.post(one.connectionId, payload));
    if (status === 410) return 'gone';
    if (status !== 200) {
      one.refusedAt ??= Date.now();
      one.status = status;
      return undefined;
    }
    one.had += 1;
    served.frames += 1;
    delete one.refusedAt;
  }
  return 'delivered';
}

/** Whose trouble it is that it has been refused for too long. Undefined: not its own, or not for too long yet. */
async function giveUp(api: ManagementApi, one: Waiting, { stopAt, patienceMs }: Bounds, served: Served) {
  const refusedFor = () => (one.refusedAt === undefined ? 0 : Date.now() - one.refusedAt);
  if (refusedFor() < patienceMs) return undefined;
  // That nobody else is served either may pass.
  if (one.status !== 429) return served.frames > 0 || refusedFor() > 2 * patienceMs ? 'failed' : undefined;
  if (!(await isDeaf(api, one.connectionId))) return undefined;
  // Once more: the throttling may have ended just now.
  const outcome = await serve(api, one, stopAt, served);
  const isRefused = one.status === 429 && refusedFor() >= patienceMs && Date.now() < stopAt();
  return outcome ?? (isRefused ? 'lagging' : undefined);
}

/**
 * Whether it is its own buffer that a connection is refused for (429): that does not keep the API from answering other
 * questions; its own throttling does, more often than not.
 */
export async function isDeaf(api: ManagementApi, connectionId: string): Promise<boolean> {
  for (let question = 0; question < QUESTIONS; question += 1) {
    if ((await statusOf(api.get(connectionId))) !== 200) return false;
  }
  return true;
}

const statusOf = (call: Promise<number>): Promise<number> => call.catch(() => 0);
