import type { Lambda } from '../../../local/lambda/lambda.ts';
import { Queue } from './queue.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads into events of any shape
export type LambdaEvent = any;
type Handler = (event: LambdaEvent) => unknown;

/** Functions that each test writes as it needs them. A function without a handler answers `{ statusCode: 200 }`. */
export class Functions implements Lambda {
  readonly #handlers = new Map<string, Handler>();
  readonly #events = new Map<string, Queue<LambdaEvent>>();

  on(name: string, handler: Handler): void {
    this.#handlers.set(name, handler);
  }

  /** The events a function has got. */
  events(name: string): Queue<LambdaEvent> {
    const events = this.#events.get(name) ?? new Queue<LambdaEvent>();
    this.#events.set(name, events);
    return events;
  }

  async invoke(functionArn: string, event: unknown) {
    const name = functionArn.split(':').at(-1) ?? '';
    if (name === '') throw new Error('No such function');
    // As on AWS, an event and a result are JSON: what JSON drops is not there.
    const asJson = JSON.parse(JSON.stringify(event));
    this.events(name).push(asJson);
    try {
      const result = await (this.#handlers.get(name) ?? (() => ({ statusCode: 200 })))(asJson);
      return { ok: true, payload: JSON.parse(JSON.stringify(result ?? null)) } as const;
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { ok: false, payload: { errorType, errorMessage } } as const;
    }
  }
}
