import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Log } from '../log.ts';
import type { Invocation } from './lambda.ts';
import type { LambdaService } from './lambda-service.ts';

const configSchema = z.object({
  FunctionName: z.string(),
  /** A version or an alias. */
  Qualifier: z.string().default('$LATEST'),
  MaximumRetryAttempts: z.coerce.number().default(2),
  MaximumEventAgeInSeconds: z.coerce.number().default(21_600),
});

type Config = z.infer<typeof configSchema>;

/** An event that no attempt succeeded with: what an on-failure destination or dead-letter queue would get. */
export interface FailedEvent {
  readonly functionName: string;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly approximateInvokeCount: number;
  readonly requestPayload: unknown;
  readonly responsePayload: unknown;
}

/** An event on its way, after so many tries. */
interface Queued {
  readonly config: Config;
  readonly event: unknown;
  readonly submittedAt: number;
  /** Those that ran. */
  readonly attempts: number;
  readonly throttles: number;
}

/**
 * Events that nobody waits for. What fails is retried after one minute and then two, as often as
 * `AWS::Lambda::EventInvokeConfig` says, and what is throttled after 1 second to 5 minutes, until its age is too high.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsynchronousInvocations {
  readonly failed: FailedEvent[] = [];
  readonly #configs: readonly Config[];
  readonly #lambda: LambdaService;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timers = new Set<() => void>();
  #closed = false;

  constructor(resources: readonly Resource[], lambda: LambdaService, clock: Clock, log: Log) {
    this.#configs = resources
      .filter(({ type }) => type === 'AWS::Lambda::EventInvokeConfig')
      .map(({ properties }) => configSchema.parse(properties));
    this.#lambda = lambda;
    this.#clock = clock;
    this.#log = log;
  }

  /** Returns at once. */
  submit(functionArn: string, event: unknown): void {
    const name = this.#lambda.find(functionArn)?.name;
    if (!name) {
      this.#log(`An event for ${functionArn}, which does not exist, is dropped.`);
      return;
    }
    const [, qualifier = '$LATEST'] = /function:[^:]+:(.+)$/.exec(functionArn) ?? [];
    const config =
      this.#configs.find(
        ({ FunctionName, Qualifier }) =>
          this.#lambda.find(FunctionName)?.name === name && Qualifier === qualifier,
      ) ?? configSchema.parse({ FunctionName: name });
    void this.#attempt({ config, event, submittedAt: this.#clock.now(), attempts: 0, throttles: 0 });
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
  }

  async #attempt({ attempts, throttles, ...queued }: Queued): Promise<void> {
    const { FunctionName, MaximumRetryAttempts } = queued.config;
    const outcome = await this.#lambda.invoke(FunctionName, queued.event);
    if (outcome.ok || this.#closed) return;
    if (outcome.throttled) {
      const delayMs = Math.min(300_000, 1_000 * 2 ** Math.min(throttles, 10));
      return this.#later(delayMs, { ...queued, attempts, throttles: throttles + 1 }, outcome);
    }
    const tried = { ...queued, attempts: attempts + 1, throttles: 0 };
    if (attempts < MaximumRetryAttempts) return this.#later(tried.attempts * 60_000, tried, outcome);
    this.#fail('RetriesExhausted', tried, outcome);
  }

  #later(delayMs: number, queued: Queued, outcome: Invocation): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      const ageMs = this.#clock.now() - queued.submittedAt;
      if (ageMs > queued.config.MaximumEventAgeInSeconds * 1000) {
        this.#fail('EventAgeExceeded', queued, outcome);
      } else void this.#attempt(queued);
    });
    this.#timers.add(cancel);
  }

  #fail(
    condition: FailedEvent['condition'],
    { config, event: requestPayload, attempts: approximateInvokeCount }: Queued,
    { payload: responsePayload }: Invocation,
  ): void {
    const functionName = this.#lambda.find(config.FunctionName)?.name ?? config.FunctionName;
    this.failed.push({ functionName, condition, approximateInvokeCount, requestPayload, responsePayload });
    this.#log(`An asynchronous event for ${functionName} is given up: ${condition}`);
  }
}
