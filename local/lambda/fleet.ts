import type { Log } from '../log.ts';
import type { Environment } from './execution-environment.ts';
import type { FleetBounds } from './fleet-bounds.ts';
import type { FunctionConfiguration } from './function.ts';
import type { FunctionError } from './lambda.ts';

interface Pool {
  readonly fn: FunctionConfiguration;
  /** The one used last is used next, so that the others can be closed. */
  readonly idle: Environment[];
  readonly environments: Set<Environment>;
  starting: number;
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly resolve: (result: Environment | FunctionError) => void;
  readonly since: number;
}

/**
 * The execution environments of all functions. A request takes an idle one or waits for the first that becomes
 * free or is initialised; as many are started as requests wait, within the bounds. Every function can have one, so that
 * functions that wait for each other do so in vain only if they call themselves, directly or through others.
 */
export class Fleet {
  readonly #pools = new Map<string, Pool>();
  readonly #bounds: FleetBounds;
  readonly #start: (fn: FunctionConfiguration) => Environment;
  readonly #log: Log;
  readonly #reaper: NodeJS.Timeout;
  readonly #retired = new WeakSet<Environment>();
  #saidThatFull = false;
  #closed = false;

  constructor(bounds: FleetBounds, log: Log, start: (fn: FunctionConfiguration) => Environment) {
    this.#bounds = bounds;
    this.#log = log;
    this.#start = start;
    this.#reaper = setInterval(() => this.#closeIdle(), Math.min(30_000, bounds.idleMs));
    this.#reaper.unref();
  }

  get environments(): Environment[] {
    return [...this.#pools.values()].flatMap((pool) => [...pool.environments]);
  }

  /** An environment for one invocation, to be given back with `release`; or why it could not be initialised. */
  acquire(fn: FunctionConfiguration): Promise<Environment | FunctionError> {
    const pool = this.#poolOf(fn);
    for (let idle = pool.idle.pop(); idle; idle = pool.idle.pop()) {
      if (!idle.hasEnded) return Promise.resolve(idle);
    }
    return new Promise((resolve) => {
      const { patienceMs } = this.#bounds;
      pool.waiting.push({ resolve, since: performance.now() });
      if (patienceMs > 0 && pool.environments.size > 0) setTimeout(() => this.#scale(), patienceMs).unref();
      else this.#scale();
    });
  }

  release(environment: Environment): void {
    const pool = this.#poolOf(environment.fn);
    if (environment.hasEnded) return;
    if (this.#retired.has(environment)) {
      this.#remove(environment);
      this.#scale();
      return;
    }
    const next = pool.waiting.shift();
    if (next) next.resolve(environment);
    else {
      environment.idleSince = Date.now();
      pool.idle.push(environment);
      // Whoever waits at the bound may have this one's place.
      this.#scale();
    }
  }

  /** As after an update of the code: each ends as soon as it has answered, and takes no further invocation; how many there are. */
  retire(): number {
    for (const pool of this.#pools.values()) {
      for (const environment of pool.environments) this.#retired.add(environment);
    }
    const all = this.environments.length;
    for (const { idle } of this.#pools.values())
      for (const environment of [...idle]) this.#remove(environment);
    return all;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#reaper);
    await Promise.all(this.environments.map((environment) => environment.kill()));
    for (const { waiting } of this.#pools.values()) {
      const errorMessage = 'The local stack has stopped.';
      for (const { resolve } of waiting.splice(0)) resolve({ errorType: 'Runtime.ExitError', errorMessage });
    }
  }

  #poolOf(fn: FunctionConfiguration): Pool {
    let pool = this.#pools.get(fn.name);
    if (!pool) {
      pool = { fn, idle: [], environments: new Set(), starting: 0, waiting: [] };
      this.#pools.set(fn.name, pool);
    }
    return pool;
  }

  #scale(): void {
    for (const pool of this.#pools.values()) {
      while (this.#impatient(pool) > pool.starting && this.#hasRoomFor(pool)) this.#startFor(pool);
    }
  }

  /** How many requests wait for too long. */
  #impatient({ waiting, environments }: Pool): number {
    if (environments.size === 0) return waiting.length;
    // A timer may be a millisecond early.
    const latest = performance.now() - this.#bounds.patienceMs + 1;
    return waiting.filter(({ since }) => since <= latest).length;
  }

  #hasRoomFor(pool: Pool): boolean {
    if (this.#closed) return false;
    const sum = (count: (pool: Pool) => number) =>
      [...this.#pools.values()].reduce((total, p) => total + count(p), 0);
    const first = pool.environments.size === 0;
    if (!first && sum((p) => p.starting) >= this.#bounds.starting) return false;
    if (pool.environments.size >= this.#bounds.perFunction) return this.#full(pool);
    const surplus = sum((p) => p.environments.size) + 1 - this.#bounds.total;
    return this.#evictIdle(surplus) || first || this.#full(pool);
  }

  #full({ fn, environments }: Pool): false {
    if (!this.#saidThatFull) {
      this.#log(
        `${fn.logicalId}: all ${environments.size} execution environments that fit this machine are busy; requests wait`,
      );
    }
    this.#saidThatFull = true;
    return false;
  }

  /** Closes as many as said, those first that were idle longest; none if there are not enough of them. */
  #evictIdle(count: number): boolean {
    if (count <= 0) return true;
    const idle = [...this.#pools.values()].flatMap((pool) => pool.idle);
    if (idle.length < count) return false;
    idle.sort((a, b) => a.idleSince - b.idleSince);
    for (const environment of idle.slice(0, count)) this.#remove(environment);
    return true;
  }

  #closeIdle(): void {
    for (const { idle } of this.#pools.values()) {
      const expired = idle.filter(({ idleSince }) => idleSince + this.#bounds.idleMs <= Date.now());
      for (const environment of expired) this.#remove(environment);
    }
  }

  #remove(environment: Environment): void {
    const pool = this.#poolOf(environment.fn);
    const at = pool.idle.indexOf(environment);
    if (at >= 0) pool.idle.splice(at, 1);
    pool.environments.delete(environment);
    if (!environment.hasEnded) environment.kill();
  }

  async #startFor(pool: Pool): Promise<void> {
    const environment = this.#start(pool.fn);
    pool.environments.add(environment);
    pool.starting++;
    environment.ended.then(() => {
      this.#remove(environment);
      this.#scale();
    });
    const failure = await environment.initialised;
    pool.starting--;
    if (failure) pool.waiting.shift()?.resolve(failure);
    else this.release(environment);
    this.#scale();
  }
}
