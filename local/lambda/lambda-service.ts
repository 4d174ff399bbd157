import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { noMetrics, type ServiceMetrics } from '../cloudwatch/service-metrics.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../metering.ts';
import { type Environment, ExecutionEnvironment, type NewEnvironment } from './execution-environment.ts';
import { Fleet } from './fleet.ts';
import { boundsOfThisMachine, type FleetBounds } from './fleet-bounds.ts';
import type { FunctionConfiguration } from './function.ts';
import type { FunctionLogs } from './function-logs.ts';
import type { FunctionError, Invocation, Lambda } from './lambda.ts';

export interface LambdaServiceOptions {
  readonly functions: readonly FunctionConfiguration[];
  readonly variables: (fn: FunctionConfiguration, environmentId: string) => Record<string, string>;
  readonly logs: FunctionLogs;
  readonly log: Log;
  readonly clock: Clock;
  readonly meter?: Meter | undefined;
  /** Default: a thread for each. */
  readonly newEnvironment?: NewEnvironment | undefined;
  readonly bounds?: Partial<FleetBounds> | undefined;
  /** How many invocations may run at once; looked at for each. */
  readonly concurrency: () => number;
  readonly metrics?: ServiceMetrics | undefined;
}

/** What is not tried at all. https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
const throttled: Invocation = {
  ok: false,
  throttled: true,
  payload: { errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' },
};

/** The functions of all stacks, and the environments they run in. */
export class LambdaService implements Lambda {
  readonly #functions: ReadonlyMap<string, FunctionConfiguration>;
  readonly #fleet: Fleet;
  readonly #logs: FunctionLogs;
  readonly #concurrency: () => number;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #metrics: ServiceMetrics;
  readonly #meter: Meter | undefined;
  #running = 0;
  readonly #whenIdle: (() => void)[] = [];
  #saidThatThrottled = false;
  #closed = false;
  readonly #environments = new Map<string, Environment>();

  constructor({
    functions,
    variables,
    logs,
    log,
    clock,
    bounds,
    concurrency,
    ...options
  }: LambdaServiceOptions) {
    this.#clock = clock;
    this.#meter = options.meter;
    this.#metrics = options.metrics ?? noMetrics;
    this.#concurrency = concurrency;
    this.#log = log;
    this.#functions = new Map(functions.map((fn) => [fn.name, fn]));
    this.#logs = logs;
    const newEnvironment: NewEnvironment =
      options.newEnvironment ?? ((given) => new ExecutionEnvironment(given));
    this.#fleet = new Fleet({ ...boundsOfThisMachine(), ...bounds }, log, (fn) => {
      const id = randomUUID().replaceAll('-', '');
      const environment = newEnvironment({
        fn,
        id,
        clock,
        variables: variables(fn, id),
        onLog: (level, text, requestId) => logs.add(fn.logicalId, level, text, requestId),
      });
      this.#environments.set(id, environment);
      environment.ended.then(() => this.#environments.delete(id));
      return environment;
    });
  }

  /** A function by its name, its ARN, or its ARN with a version or alias; all versions are the same here. */
  find(functionArn: string): FunctionConfiguration | undefined {
    const [, name = functionArn.split(':')[0] ?? ''] =
      /(?:^arn:aws:lambda:[^:]*:)?(?:\d*:)?function:([^:]+)/.exec(functionArn) ?? [];
    return this.#functions.get(name);
  }

  async invoke(functionArn: string, event: unknown): Promise<Invocation> {
    const fn = this.find(functionArn);
    if (!fn) throw new Error(`Function not found: ${functionArn}`);
    if (this.#running >= this.#concurrency()) return this.#throttle(fn);
    this.#running++;
    try {
      return await this.#run(fn, event);
    } finally {
      this.#running--;
      if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  async #run(fn: FunctionConfiguration, event: unknown): Promise<Invocation> {
    this.#metrics.lambda(fn.name, 'Invocations');
    const environment = await this.#fleet.acquire(fn);
    if ('errorType' in environment) return this.#failed(fn, environment);
    const startedAt = this.#clock.now();
    const started = performance.now();
    const outcome = await environment.invoke(JSON.stringify(event) ?? 'null');
    this.#meter?.({ what: 'invocation', logicalId: fn.logicalId, ms: performance.now() - started });
    this.#fleet.release(environment);
    this.#metrics.lambda(fn.name, 'Duration', this.#clock.now() - startedAt);
    return outcome.ok ? outcome : this.#failed(fn, outcome.payload);
  }

  #throttle({ logicalId, name }: FunctionConfiguration): Invocation {
    this.#metrics.lambda(name, 'Throttles');
    if (!this.#saidThatThrottled) {
      this.#log(
        `${logicalId}: the account's concurrency (${this.#concurrency()}) is used up; throttled with 429`,
      );
    }
    this.#saidThatThrottled = true;
    return throttled;
  }

  #failed(fn: FunctionConfiguration, error: FunctionError): Invocation {
    // Whatever was under way when the stack stopped is no news.
    if (this.#closed) return { ok: false, payload: error };
    this.#metrics.lambda(fn.name, 'Errors');
    const text = error.trace?.length ? error.trace.join('\n') : `${error.errorType}: ${error.errorMessage}`;
    this.#logs.add(fn.logicalId, 'ERROR', text, undefined);
    return { ok: false, payload: error };
  }

  /** Resolves when no function runs. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** The environment with this id, which is its session token; undefined if it is not ours or gone. */
  environment(id: string): Environment | undefined {
    return this.#environments.get(id);
  }

  /** Kills every environment of the functions whose logical id contains `functionPart`; how many it were. */
  async killEnvironments(functionPart: string): Promise<number> {
    const doomed = this.#fleet.environments.filter(({ fn }) => fn.logicalId.includes(functionPart));
    await Promise.all(doomed.map((environment) => environment.kill()));
    return doomed.length;
  }

  /** What a deploy of new code does: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
  replaceEnvironments(): number {
    return this.#fleet.retire();
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#fleet.close();
  }
}
