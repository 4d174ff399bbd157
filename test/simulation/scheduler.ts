/** What is to happen at a time. */
export interface Timer {
  at: number;
  order: number;
  /** Undefined: it was cancelled. */
  run: (() => void) | undefined;
}

/** Node's own, whatever a test replaces. */
const { setImmediate } = globalThis;

/**
 * Lets every promise go on that can, where Node has this (it has no documentation). A turn of the event loop for each step, which
 * does the same, would be a tenth of a world's time.
 */
const { _tickCallback: settle } = process as unknown as { _tickCallback?: () => void };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Virtual time, milliseconds since the epoch. It leaps from one timer to the next, once all that runs has come to wait for
 * another: no timer and no service is real, so promises are all that runs.
 */
export class Scheduler {
  #now: number;
  #order = 0;
  /** A binary heap. */
  readonly #timers: Timer[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order, run };
    this.#order += 1;
    push(this.#timers, timer);
    return timer;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets time pass until something is so, asked after every step, or until a time. Resolves to whether it is so. */
  async run(isSo: () => boolean, until: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      // Out of the promise that this is called in: none goes on while another does.
      setImmediate(() => this.#run(isSo, until).then(resolve, reject));
    });
  }

  async #run(isSo: () => boolean, until: number): Promise<boolean> {
    while (!isSo()) {
      const next = this.#timers[0];
      if (!next || next.at > until) {
        this.#now = Math.max(this.#now, until);
        return isSo();
      }
      pop(this.#timers);
      if (!next.run) continue;
      this.#now = Math.max(this.#now, next.at);
      next.run();
      if (settle) settle();
      else await turn();
    }
    return true;
  }
}

const isEarlier = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  heap.push(timer);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (!above || !isEarlier(timer, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const [left, right] = [heap[child], heap[child + 1]];
    if (left && right && isEarlier(right, left)) child += 1;
    const below = heap[child];
    if (!below || !isEarlier(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
