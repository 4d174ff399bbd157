import { createRequire } from 'node:module';
import { createContext, Script } from 'node:vm';
import type { Log } from '../log.ts';

const require = createRequire(import.meta.url);

/** The modules that functions may require; everything else of Node they do not have. */
const modules: Readonly<Record<string, readonly string[]>> = {
  'cloudfront-js-1.0': ['crypto', 'querystring'],
  'cloudfront-js-2.0': ['buffer', 'crypto', 'querystring'],
};

/** Far more than the milliseconds that CloudFront allows: this machine may be busy. */
const timeoutMs = 200;

/**
 * A CloudFront Function: it runs in strict mode in a context of its own for each request, with neither timers, network,
 * files nor code from strings. The language is Node's: what CloudFront's older engine does not know also runs here.
 *
 * "JavaScript runtime 2.0 features for CloudFront Functions":
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
export class EdgeFunction {
  readonly #runtime: string;
  readonly #code: string;
  readonly #log: Log;
  #script: Script | undefined;

  constructor(function_: { runtime: string; code: string }, log: Log) {
    this.#runtime = function_.runtime;
    this.#code = function_.code;
    this.#log = log;
  }

  /** What `handler(event)` returned, as plain data. Throws if it failed. */
  async run(event: object): Promise<unknown> {
    this.#script ??= new Script(`'use strict';${this.#code}\n;handler(JSON.parse(__event));`);
    const context = createContext(
      {
        __event: JSON.stringify(event),
        console: { log: (...values: unknown[]) => this.#log(`CloudFront function: ${values.join(' ')}`) },
        require: (name: string) => this.#require(name),
        ...(this.#runtime !== 'cloudfront-js-1.0' && { atob, btoa, Buffer }),
      },
      { codeGeneration: { strings: false, wasm: false } },
    );
    const returned: unknown = this.#script.runInContext(context, { timeout: timeoutMs });
    const isPromise = typeof returned === 'object' && returned !== null && 'then' in returned;
    if (isPromise && this.#runtime === 'cloudfront-js-1.0')
      throw new Error('cloudfront-js-1.0 has no promises');
    const data = JSON.stringify(await returned);
    return data === undefined ? undefined : JSON.parse(data);
  }

  #require(name: string): unknown {
    if (!modules[this.#runtime]?.includes(name)) throw new Error(`Cannot find module "${name}"`);
    return require(name);
  }
}
