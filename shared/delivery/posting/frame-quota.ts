import { sleep } from '../../concurrency.ts';
import { takeQuota } from '../../store/frame-quota.ts';
import type { Delivery } from '../types.ts';

/** A second is used up from a quarter at its beginning to all of it at its middle: so what is taken is posted within it. */
const usable = (fraction: number) => Math.min(1, 0.25 + 1.5 * fraction);
const SHORTEST_WAIT_MS = 20;

/**
 * What this chat may post of the requests that API Gateway takes from the whole account, frames a second. Events and Lambdas
 * draw on it without knowing each other; this is one of those who do.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export class FrameQuota {
  readonly #delivery: Pick<Delivery, 'table' | 'settings'>;
  /** Milliseconds since the epoch. */
  readonly #until: number;
  /** Taken in advance, and not used yet; good for one second. */
  #left = { frames: 0, second: 0 };

  constructor(delivery: Pick<Delivery, 'table' | 'settings'>, until: number) {
    this.#delivery = delivery;
    this.#until = until;
  }

  /** The most that is asked for at once, so that nobody has a whole second to itself. */
  get most(): number {
    return Math.max(1, Math.floor(this.#delivery.settings.framesPerSecond / 4));
  }

  /** Resolves once so many frames may be posted, now. False: there was no more time to wait for that. */
  async take(frames: number): Promise<boolean> {
    const left = this.#left.second === secondOf(Date.now()) ? this.#left.frames : 0;
    this.#left.frames = Math.max(0, left - frames);
    for (let wanted = frames - left; wanted > 0; wanted -= this.most) {
      if (!(await this.#await(Math.min(wanted, this.most)))) return false;
    }
    return true;
  }

  /** Takes what will probably be needed in this second. */
  async takeAhead(frames: number): Promise<void> {
    const most = Math.min(frames, this.most);
    if (await this.take(most)) this.#left = { frames: most, second: secondOf(Date.now()) };
  }

  async #await(frames: number): Promise<boolean> {
    const { table, settings } = this.#delivery;
    const { framesPerSecond } = settings;
    // What there is more of after that will do, unless others are faster.
    const waitMs = Math.max(SHORTEST_WAIT_MS, (frames * 1000) / framesPerSecond);
    for (;;) {
      const now = Date.now();
      const second = secondOf(now);
      const soFar = Math.floor(framesPerSecond * usable(now / 1000 - second));
      const isTaken = await takeQuota(table, second, frames, Math.max(frames, soFar));
      // Of a second that is over meanwhile nothing may be posted any more.
      if (isTaken && secondOf(Date.now()) === second) return true;
      if (Date.now() > this.#until) return false;
      if (!isTaken) await sleep(waitMs * (0.5 + Math.random()));
    }
  }
}

const secondOf = (time: number): number => Math.floor(time / 1000);
