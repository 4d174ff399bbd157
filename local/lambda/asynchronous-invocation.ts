import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Log } from '../log.ts';
import type { Invocation } from './lambda.ts';
import type { LambdaService } from './lambda-service.ts';

const configSchema = z.object({
  FunctionName: z.string(),
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

/**
 * Events that nobody waits for: retried after one minute and then two, as `AWS::Lambda::EventInvokeConfig` says.
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

  /** Returns at once. `retries` are the caller's limits where it has its own, as schedules do. */
  submit(functionArn: string, event: unknown, retries: Partial<Omit<Config, 'FunctionName'>> = {}): void {
    const name = this.#lambda.find(functionArn)?.name;
    if (!name) {
      this.#log(`An event for ${functionArn}, which does not exist, is dropped.`);
      return;
    }
    const config = this.#configs.find(({ FunctionName }) => this.#lambda.find(FunctionName)?.name === name);
    const defaults = configSchema.parse({ FunctionName: name });
    void this.#attempt(
      { ...defaults, ...config, ...retries, FunctionName: name },
      event,
      1,
      this.#clock.now(),
    );
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
  }

  async #attempt(config: Config, event: unknown, attempt: number, submittedAt: number): Promise<void> {
    const outcome = await this.#lambda.invoke(config.FunctionName, event);
    if (outcome.ok || this.#closed) return;
    if (attempt > config.MaximumRetryAttempts)
      return this.#fail(config, 'RetriesExhausted', attempt, event, outcome);
    const cancel = this.#clock.after(attempt * 60_000, () => {
      this.#timers.delete(cancel);
      const tooOld = this.#clock.now() - submittedAt > config.MaximumEventAgeInSeconds * 1000;
      if (tooOld) return this.#fail(config, 'EventAgeExceeded', attempt, event, outcome);
      void this.#attempt(config, event, attempt + 1, submittedAt);
    });
    this.#timers.add(cancel);
  }

  #fail(
    { FunctionName }: Config,
    condition: FailedEvent['condition'],
    approximateInvokeCount: number,
    requestPayload: unknown,
    { payload: responsePayload }: Invocation,
  ): void {
    const functionName = FunctionName;
    this.failed.push({ functionName, condition, approximateInvokeCount, requestPayload, responsePayload });
    this.#log(`An asynchronous event for ${FunctionName} is given up: ${condition}`);
  }
}
