import type { Globals, Load, Simulated } from './code.ts';
import { modulesFor } from './modules.ts';
import { Random } from './random.ts';
import type { Scheduler, Timer } from './scheduler.ts';
import type { Services } from './stand-ins.ts';

/** What a function finds in `process.env`. */
export type Variables = Readonly<Record<string, string>>;

/**
 * An execution environment of Lambda: its own copy of the code's modules, one invocation at a time. While it is frozen its timers
 * and the answers that it waits for come later; once it is dead they never come.
 */
export class Environment {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
  /** Steps that it may make until it is killed: each call of a service is two, before it is made and before it is answered. */
  stepsLeft = Number.POSITIVE_INFINITY;
  /** Only these steps count: calls that concern this. */
  killedAt: string | undefined;
  onKilled: () => void = () => {};
  readonly name: string;
  readonly entry: Simulated;
  /** What it is at, or was last. */
  requestId = '';
  readonly #scheduler: Scheduler;
  #state: 'running' | 'frozen' | 'dead' = 'running';
  readonly #frozen: (() => void)[] = [];

  constructor(
    name: string,
    entry: Simulated,
    {
      scheduler,
      load,
      services,
      variables,
      seed,
    }: {
      scheduler: Scheduler;
      load: Load;
      services: Services;
      variables: Variables;
      seed: number;
    },
  ) {
    this.name = name;
    this.entry = entry;
    this.#scheduler = scheduler;
    const random = new Random(seed, `environment ${name}`);
    this.handler = load(entry, this.#globals(random, services, variables));
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  kill(): void {
    this.#state = 'dead';
    this.#frozen.length = 0;
    this.onKilled();
  }

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    for (const run of this.#frozen.splice(0)) this.resume(run);
  }

  /** Lets its code go on, when it may. */
  resume(run: () => void): void {
    if (this.#state === 'running') run();
    else if (this.#state === 'frozen') this.#frozen.push(run);
  }

  /** Something that it asks of a service. It may be killed before that, or after it was done and before it hears so. */
  call<T>(subjects: readonly string[], service: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isKilledNow(subjects)) return;
      service().then(
        (value) => this.#isKilledNow(subjects) || this.resume(() => resolve(value)),
        (error) => this.#isKilledNow(subjects) || this.resume(() => reject(error)),
      );
    });
  }

  #isKilledNow(subjects: readonly string[]): boolean {
    if (this.#state === 'dead') return true;
    if (this.killedAt === undefined || subjects.includes(this.killedAt)) this.stepsLeft -= 1;
    if (this.stepsLeft > 0) return false;
    this.kill();
    return true;
  }

  #globals(random: Random, services: Services, variables: Variables): Globals {
    const now = () => Math.floor(this.#scheduler.now);
    const later = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.#scheduler.after(Math.max(1, ms), () => this.resume(() => run(...args)));
    const every = (run: () => void, ms: number) => {
      const again = () => {
        interval.timer = this.#scheduler.after(ms, () =>
          this.resume(() => {
            if (!interval.isOver) again();
            if (!interval.isOver) run();
          }),
        );
      };
      const interval: { timer?: Timer; isOver: boolean } = { isOver: false };
      again();
      return interval;
    };
    const clear = (timer?: Timer) => {
      if (timer) timer.run = undefined;
    };
    const immediate = (run: () => void) => later(run, 0);
    const { require, crypto } = modulesFor(this, services, { random, now, immediate });
    return {
      ...{ require, crypto, setTimeout: later, clearTimeout: clear, setInterval: every },
      clearInterval: (interval?: { timer?: Timer; isOver: boolean }) => {
        if (!interval) return;
        interval.isOver = true;
        clear(interval.timer);
      },
      setImmediate: immediate,
      process: { env: variables },
      Date: dateAt(now),
      Math: Object.create(Math, { random: { value: () => random.next() } }),
      performance: { now },
      console: { log() {}, warn() {}, error() {} },
      fetch: () => Promise.reject(new Error('There is no network')),
    };
  }
}

/** `Date`, at another time. */
export const dateAt = (now: () => number) =>
  class extends Date {
    constructor(...args: [] | [number]) {
      if (args.length === 0) super(now());
      else super(...args);
    }

    static override now(): number {
      return now();
    }
  };
