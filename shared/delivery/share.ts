import { sleep } from '../sleep.ts';
import { takeQuota } from '../store/quota.ts';
import type { Delivery } from './delivery.ts';

/** Those who wait for the next second do not all ask in its first millisecond. */
const SPREAD_MS = 30;

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
    for (;;) {
      const now = Date.now();
      const second = Math.floor(now / 1000);
      if (await takeQuota(table, second, frames, settings.framesPerSecond)) return;
      if (now > this.#until) throw new Error('The share of frames did not suffice');
      await sleep(Math.max(0, (second + 1) * 1000 - Date.now()) + Math.random() * SPREAD_MS);
    }
  }
}
