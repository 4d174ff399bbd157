import { sleep } from '../../concurrency.ts';
import { type ManagementApi, payloadOf } from './management-api.ts';
import { FIRST_WAIT_MS, isDeaf, PATIENCE_MS, postInRounds } from './rounds.ts';

/** The same frames for several connections. */
export interface Batch {
  frames: readonly string[];
  connectionIds: readonly string[];
}

/** A connection that has had only the first so many of its frames. */
export interface Unserved {
  connectionId: string;
  had: number;
}

/** What became of connections; how many were served, and who was not. */
export interface Served {
  connections: number;
  /** All that were sent, also to connections that have not had all of theirs. */
  frames: number;
  /** Closed. */
  gone: string[];
  /** Refused for two seconds with 429, which one full client buffer suffices for; others were answered. */
  lagging: Unserved[];
  /** Met errors for two seconds while others were served, or for four. */
  failed: Unserved[];
  /** Nothing is wrong with them: there was no more time, or nobody was served. */
  throttled: Unserved[];
}

/** `lagging`: its client does not read. */
export type PostOutcome = 'delivered' | 'gone' | 'lagging' | 'failed';

/** The management API as delivery needs it. Its calls never throw. */
export interface Poster {
  /**
   * Posts the frames one after the other; gives up when one has been refused for two seconds, or sooner if it is the client
   * that does not read: every frame of such a one would cost as long.
   */
  post(connectionId: string, frames: readonly string[]): Promise<PostOutcome>;
  /**
   * Posts to many. Frames to one connection never overtake each other; no request is begun once it is `stopAt()`,
   * milliseconds since the epoch.
   */
  postAll(batches: readonly Batch[], stopAt: () => number): Promise<Served>;
  /** Closes a connection; that it is gone already is as good. False: it could not be closed. */
  close(connectionId: string): Promise<boolean>;
}

/** After so many refusals, 150 ms, it is asked whose they are. */
const REFUSALS = 3;

export function newPoster(api: ManagementApi, { patienceMs = PATIENCE_MS } = {}): Poster {
  return {
    async post(connectionId, frames) {
      for (const frame of frames) {
        const payload = payloadOf(frame);
        let refusals = 0;
        let isLagging = false;
        const status = await persist(
          () => api.post(connectionId, payload),
          patienceMs,
          async (refusal) => {
            if (refusal !== 429) return false;
            refusals += 1;
            isLagging = refusals === REFUSALS && (await isDeaf(api, connectionId));
            return isLagging;
          },
        );
        if (status === 410) return 'gone';
        if (isLagging) return 'lagging';
        if (status !== 200) return 'failed';
      }
      return 'delivered';
    },
    postAll: (batches, stopAt) => postInRounds(api, batches, { stopAt, patienceMs }),
    async close(connectionId) {
      const status = await persist(() => api.delete(connectionId), patienceMs);
      return status === 204 || status === 410;
    },
  };
}

/**
 * Asks until there is an answer that will not change, or `isHopeless` says so of one that might; resolves to the last status,
 * 0 if there was none.
 */
async function persist(
  ask: () => Promise<number>,
  patienceMs: number,
  isHopeless: (status: number) => Promise<boolean> = async () => false,
): Promise<number> {
  const until = Date.now() + patienceMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs *= 2) {
    const status = await ask().catch(() => 0);
    const mayChange = status === 0 || status === 429 || status >= 500;
    if (!mayChange || (await isHopeless(status)) || Date.now() + waitMs >= until) return status;
    await sleep(waitMs);
  }
}
