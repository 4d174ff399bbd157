import type { Load, Simulated } from './code.ts';
import { Environment, type Variables } from './environment.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Services } from './stand-ins.ts';
import type { Trace } from './trace.ts';

/** What became of an invocation. */
export type Outcome =
  | { state: 'returned'; value: unknown }
  /** `throttled`: it was not begun. */
  | { state: 'throttled' | 'threw' | 'killed' | 'timedOut' };

interface Means {
  scheduler: Scheduler;
  faults: Faults;
  random: Random;
  trace: Trace;
  load: Load;
  services: Services;
  variables: Variables;
  seed: number;
  killedAt: string | undefined;
  /** Milliseconds that a function may take. */
  timeoutOf: (entry: Simulated) => number;
  /** Of one function; what more asks of it waits. */
  environmentsMax?: number | undefined;
}

/** Lambda: functions with execution environments, each for one invocation at a time. */
export class Lambda {
  /** Invocations that took longer than they may, without anything to excuse it. */
  readonly overdue: string[] = [];
  invocations = 0;
  timeouts = 0;
  /** Under way, or waiting to be tried again. */
  pending = 0;
  readonly #idle = new Map<Simulated, Environment[]>();
  /** How many there are of each, and who waits for one. */
  readonly #fleets = new Map<Simulated, { living: number; waiting: (() => void)[] }>();
  readonly #means: Means;
  #environments = 0;

  constructor(means: Means) {
    this.#means = means;
  }

  async invoke(entry: Simulated, event: unknown): Promise<Outcome> {
    const { faults, scheduler, random } = this.#means;
    if (faults.happens('noConcurrency')) return { state: 'throttled' };
    this.pending += 1;
    try {
      await scheduler.sleep(
        faults.happens('slowInvocation') ? random.between(100, 2_000) : random.between(0.5, 6),
      );
      return await this.#runIn(await this.#environmentFor(entry), entry, event);
    } finally {
      this.pending -= 1;
    }
  }

  /** As an event, without an answer. Not tried again if it fails: the functions are configured so. */
  async invokeLater(entry: Simulated, event: unknown, maxAgeMs = 60_000): Promise<void> {
    const { scheduler, random } = this.#means;
    const giveUpAt = scheduler.now + maxAgeMs;
    this.pending += 1;
    try {
      await scheduler.sleep(random.between(1, 40));
      while ((await this.invoke(entry, event)).state === 'throttled' && scheduler.now < giveUpAt)
        await scheduler.sleep(random.between(300, 1_500));
    } finally {
      this.pending -= 1;
    }
  }

  async #environmentFor(entry: Simulated): Promise<Environment> {
    const { faults, scheduler, random, trace } = this.#means;
    const fleet = this.#fleetOf(entry);
    const { environmentsMax = Number.POSITIVE_INFINITY } = this.#means;
    while (!this.#idle.get(entry)?.length && fleet.living >= environmentsMax)
      await new Promise<void>((resolve) => fleet.waiting.push(resolve));
    const idle = this.#idle.get(entry)?.pop();
    if (idle && !faults.happens('recycled')) return idle;
    if (!idle) fleet.living += 1;
    this.#environments += 1;
    const environment = new Environment(`${entry}:${this.#environments}`, entry, this.#means);
    trace('lambda', environment.name, 'starts');
    await scheduler.sleep(faults.happens('coldStart') ? random.between(300, 1_500) : random.between(20, 60));
    return environment;
  }

  #fleetOf(entry: Simulated) {
    const fleet = this.#fleets.get(entry) ?? { living: 0, waiting: [] };
    this.#fleets.set(entry, fleet);
    return fleet;
  }

  #runIn(environment: Environment, entry: Simulated, event: unknown): Promise<Outcome> {
    const { scheduler, faults, random, trace, timeoutOf, killedAt } = this.#means;
    this.invocations += 1;
    const requestId = `r${this.invocations}`;
    const endsAt = scheduler.now + timeoutOf(entry);
    const delaysBefore = faults.delays;
    const steps = random.integer(1, killedAt === undefined ? random.pick([8, 30, 90]) : 4);
    environment.stepsLeft = faults.isDue('killed') ? steps : Number.POSITIVE_INFINITY;
    environment.killedAt = killedAt;
    environment.requestId = requestId;
    environment.thaw();
    return new Promise((resolve) => {
      let isOver = false;
      const end = (outcome: Outcome) => {
        if (isOver) return;
        isOver = true;
        timeout.run = undefined;
        trace('lambda', environment.name, outcome.state);
        if (!environment.isDead) {
          environment.freeze();
          const idle = this.#idle.get(entry) ?? [];
          this.#idle.set(entry, [...idle, environment]);
        } else this.#fleetOf(entry).living -= 1;
        this.#fleetOf(entry).waiting.shift()?.();
        resolve(outcome);
      };
      const timeout = scheduler.after(timeoutOf(entry), () => {
        this.timeouts += 1;
        if (faults.delays - delaysBefore < 3) this.overdue.push(`${entry} at ${scheduler.now}`);
        environment.onKilled = () => end({ state: 'timedOut' });
        environment.kill();
      });
      environment.onKilled = () => {
        faults.count('killed');
        end({ state: 'killed' });
      };
      const context = {
        awsRequestId: requestId,
        functionName: entry,
        getRemainingTimeInMillis: () => endsAt - scheduler.now,
      };
      trace('lambda', environment.name, 'runs');
      environment.handler(event, context).then(
        (value) => end({ state: 'returned', value }),
        (error) => {
          trace('lambda', environment.name, `threw ${error}`);
          end({ state: 'threw' });
        },
      );
    });
  }
}
