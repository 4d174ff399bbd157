import type { Clock } from '../clock.ts';
import type { FunctionError, Lambda } from '../lambda/lambda.ts';
import type { Log } from '../log.ts';

/** What calling a Lambda came to, as an API sees it. */
export type Outcome =
  | { readonly kind: 'returned'; readonly payload: unknown; readonly latencyMs: number }
  | { readonly kind: 'failed'; readonly error: FunctionError; readonly throttled?: true }
  | { readonly kind: 'timed-out' };

/** Calls Lambdas on behalf of APIs, never longer than the integration's timeout. Never rejects. */
export class Integrations {
  readonly #lambda: Lambda;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(lambda: Lambda, clock: Clock, log: Log) {
    this.#lambda = lambda;
    this.#clock = clock;
    this.#log = log;
  }

  async call(functionArn: string, event: unknown, timeoutMs: number): Promise<Outcome> {
    const startedAt = this.#clock.now();
    let cancelTimeout = () => {};
    const timeout = new Promise<Outcome>((resolve) => {
      cancelTimeout = this.#clock.after(timeoutMs, () => resolve({ kind: 'timed-out' }));
    });
    // On a timeout the function runs on, as it does on AWS: only its answer is no longer waited for.
    const outcome = await Promise.race([this.#invoke(functionArn, event, startedAt), timeout]);
    cancelTimeout();
    return outcome;
  }

  async #invoke(functionArn: string, event: unknown, startedAt: number): Promise<Outcome> {
    try {
      const result = await this.#lambda.invoke(functionArn, event);
      if (!result.ok) {
        return { kind: 'failed', error: result.payload, ...(result.throttled && { throttled: true }) };
      }
      return { kind: 'returned', payload: result.payload, latencyMs: this.#clock.now() - startedAt };
    } catch (error) {
      this.#log(`API Gateway could not invoke ${functionArn || 'an integration'}: ${error}`);
      return { kind: 'failed', error: { errorType: 'IntegrationError', errorMessage: String(error) } };
    }
  }
}
