import { sleep } from '../sleep.ts';
import { takeQuota } from '../store/quota.ts';
import type { Delivery } from './delivery.ts';

/** A second is used up from a quarter at its beginning to all of it at its middle: so what is taken is posted within it. */
const usable = (fraction: number) => Math.min(1, 0.25 + 1.5 * fraction);
const SHORTEST_WAIT_MS = 20;

/**
 * This chat's share of the requests that API Gateway takes from the whole account, frames a second, as one poster of
 * many takes part in it: events and Lambdas share it without knowing each other.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export class Share {
  readonly #delivery: Pick<Delivery, 'table' | 'settings'>;
  /** Milliseconds since the epoch. */
  readonly #until: number;
  /** Taken, and not used yet. */
  #left = 0;

  constructor(delivery: Pick<Delivery, 'table' | 'settings'>, until: number) {
    this.#delivery = delivery;
    this.#until = until;
  }

  /** The most that is asked for at once, so that nobody has a whole second to itself. */
  get most(): number {
    return Math.max(1, Math.floor(this.#delivery.settings.framesPerSecond / 4));
  }

  /** Resolves once so many frames may be posted. Throws when that has taken too long. */
  async take(frames: number): Promise<void> {
    const fromLeft = Math.min(this.#left, frames);
    this.#left -= fromLeft;
    for (let wanted = frames - fromLeft; wanted > 0; wanted -= this.most) {
      await this.#takeNow(Math.min(wanted, this.most));
    }
  }

  /** Takes what will probably be needed. */
  async foresee(frames: number): Promise<void> {
    const most = Math.min(frames, this.most);
    await this.take(most);
    this.#left += most;
  }

  async #takeNow(frames: number): Promise<void> {
    const { table, settings } = this.#delivery;
    const { framesPerSecond } = settings;
    // What there is more of after that will do, unless others are faster.
    const waitMs = Math.max(SHORTEST_WAIT_MS, (frames * 1000) / framesPerSecond);
    for (;;) {
      const seconds = Date.now() / 1000;
      const second = Math.floor(seconds);
      const soFar = Math.max(frames, Math.floor(framesPerSecond * usable(seconds - second)));
      if (await takeQuota(table, second, frames, soFar)) return;
      if (Date.now() > this.#until) throw new Error('The share of frames did not suffice');
      await sleep(waitMs * (0.5 + Math.random()));
    }
  }
}
