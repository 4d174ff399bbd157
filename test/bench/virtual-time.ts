import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/** Nothing happens between two steps, milliseconds. */
const STEP_MS = 10;
/** What the real requests of one step take at most, in real milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * A clock that stands still while anything real is under way, and jumps when everybody sleeps: an hour takes as long as
 * what happens in it. `Date`, `setTimeout` and `setInterval` go by it.
 */
export class VirtualTime {
  /** Requests that were really sent and not answered yet. */
  #underWay = 0;

  /** Milliseconds since the epoch. */
  static begin(now: number): VirtualTime {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now });
    return new VirtualTime();
  }

  end(): void {
    mock.timers.reset();
  }

  /** What takes as long as it really takes, and no time on this clock. */
  async real<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Lets time pass until it is `then`, milliseconds since the epoch. */
  async passUntil(then: number): Promise<void> {
    while (Date.now() < then) {
      await this.#settle();
      mock.timers.tick(STEP_MS);
    }
    await this.#settle();
  }

  /** Lets time pass until the work is done. */
  async passWhile<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    while (!isDone) await this.passUntil(Date.now() + STEP_MS);
    return done;
  }

  /** Everybody waits for the clock; or a request does, to be tried again. */
  async #settle(): Promise<void> {
    const since = performance.now();
    do {
      await setImmediate();
      while (this.#underWay > 0 && performance.now() < since + PATIENCE_MS) await setImmediate();
      await setImmediate();
    } while (this.#underWay > 0 && performance.now() < since + PATIENCE_MS);
  }
}
