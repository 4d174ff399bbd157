/** The time that connections age by, schedules run by and functions are told. Tests advance a manual one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` once, `delayMs` from now, unless the returned function is called before. */
  after(delayMs: number, callback: () => void): () => void;
  /** By how many milliseconds it is ahead of the real time, for other threads: a 64-bit integer. Without it, never. */
  readonly ahead?: SharedArrayBuffer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A clock that starts at the real time, runs with it, and can be moved ahead in one step. */
export class ManualClock implements Clock {
  readonly ahead = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  readonly #aheadMs = new BigInt64Array(this.ahead);
  readonly #timers = new Set<{ dueAt: number; callback: () => void; cancel: () => void }>();

  now(): number {
    return Date.now() + Number(Atomics.load(this.#aheadMs, 0));
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueAt: this.now() + delayMs, callback, cancel: () => {} };
    const fire = () => {
      this.#timers.delete(timer);
      callback();
    };
    const cancelReal = systemClock.after(delayMs, fire);
    timer.cancel = () => {
      cancelReal();
      this.#timers.delete(timer);
    };
    this.#timers.add(timer);
    return timer.cancel;
  }

  /** Moves the clock `ms` ahead and runs everything that became due, earliest first. */
  advance(ms: number): void {
    Atomics.add(this.#aheadMs, 0, BigInt(Math.ceil(ms)));
    const due = [...this.#timers].filter((t) => t.dueAt <= this.now()).sort((a, b) => a.dueAt - b.dueAt);
    for (const timer of due) {
      timer.cancel();
      timer.callback();
    }
  }
}
