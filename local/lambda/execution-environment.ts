import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import type { FunctionConfiguration } from './function.ts';
import type { FunctionError, Invocation } from './lambda.ts';

type FromRuntime =
  | { type: 'ready' }
  | { type: 'result'; payload: string }
  | { type: 'error'; error: FunctionError; fatal?: true }
  | { type: 'log'; level: string; text: string; requestId: string | undefined };

/** Calls of a function that are counted when they were carried out: DynamoDB writes, `PostToConnection`s and `PutEvents`. */
export type CountedCall = 'writes' | 'posts' | 'puts';

export interface EnvironmentOptions {
  readonly fn: FunctionConfiguration;
  readonly id: string;
  /** Its whole `process.env`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onLog: (level: string, text: string, requestId: string | undefined) => void;
  /** The time that the function is told; its timeout is real. */
  readonly clock: Clock;
}

/** One that takes one invocation at a time, as fleets and faults know it. */
export type Environment = Pick<
  ExecutionEnvironment,
  'fn' | 'id' | 'initialised' | 'ended' | 'calls' | 'hasEnded' | 'idleSince' | 'invoke' | 'kill'
>;
export type NewEnvironment = (options: EnvironmentOptions) => Environment;

const runtime = new URL('./runtime.mjs', import.meta.url);

/** On AWS an init that takes longer is stopped and done again as part of the invocation. */
const initTimeoutMs = 10_000;

const maxPayloadBytes = 6 * 1024 * 1024;

/** One worker thread that holds one function: it takes one invocation at a time, and none after it has ended. */
export class ExecutionEnvironment {
  readonly fn: FunctionConfiguration;
  readonly id: string;
  /** Undefined as soon as it is initialised, or why it could not be. */
  readonly initialised: Promise<FunctionError | undefined>;
  /** Settles when the thread is gone. */
  readonly ended: Promise<void>;
  /** Of the invocation under way, each with the keys of what it wrote. */
  calls: Record<CountedCall, (readonly string[])[]> = { writes: [], posts: [], puts: [] };
  hasEnded = false;
  idleSince = 0;

  readonly #worker: Worker;
  readonly #wake = new Int32Array(new SharedArrayBuffer(4));
  #requestId: string | undefined;
  #settle: (outcome: Invocation) => void = () => {};
  #killed = false;

  constructor({ fn, id, variables, onLog, clock }: EnvironmentOptions) {
    this.fn = fn;
    this.id = id;
    const { NODE_OPTIONS: nodeOptions, ...env } = variables;
    this.#worker = new Worker(runtime, {
      env,
      execArgv: [],
      // Not to this process's own streams, which every environment would add its listeners to.
      stdout: true,
      stderr: true,
      // As Lambda, which gives V8 most of the memory. A thread's code and buffers are not counted.
      resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
      workerData: {
        wake: this.#wake,
        ahead: clock.ahead,
        configuration: {
          functionName: fn.name,
          functionArn: fn.arn,
          handler: fn.handler,
          memoryMb: fn.memoryMb,
          nodeOptions,
          runtime: fn.runtime,
          taskRoot: fn.taskRoot,
        },
      },
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      // Next to nothing: the runtime hands on what the function prints.
      stream.on('data', (text) => onLog('INFO', String(text).trimEnd(), undefined));
    }
    // Only the HTTP servers keep the process alive.
    this.#worker.unref();
    let settleInit = (_: FunctionError | undefined) => {};
    this.initialised = new Promise((resolve) => {
      settleInit = resolve;
    });
    const initTimer = setTimeout(() => {
      settleInit({
        errorType: 'Sandbox.Timedout',
        errorMessage: `Init timed out after ${initTimeoutMs / 1000} seconds`,
      });
      this.kill();
    }, initTimeoutMs);
    this.#worker.on('message', (message: FromRuntime) => {
      switch (message.type) {
        case 'log':
          return onLog(message.level, message.text, message.requestId);
        case 'ready':
          clearTimeout(initTimer);
          return settleInit(undefined);
        case 'result':
          return this.#settle(toResult(message.payload));
        case 'error':
          // What takes the thread down; nothing may be sent to it any more.
          if (message.fatal) this.hasEnded = true;
          settleInit(message.error);
          return this.#settle({ ok: false, payload: message.error });
      }
    });
    // Out of memory, above all: the thread ends, and 'exit' says the rest.
    this.#worker.on('error', () => {
      this.#killed = true;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        clearTimeout(initTimer);
        this.hasEnded = true;
        const error = exitError(this.#requestId, this.#killed ? 'killed' : code);
        settleInit(error);
        this.#settle({ ok: false, payload: error });
        resolve();
      });
    });
  }

  /** `event` is JSON text. Never rejects. */
  invoke(event: string): Promise<Invocation> {
    const requestId = randomUUID();
    const { timeoutMs } = this.fn;
    this.#requestId = requestId;
    this.calls = { writes: [], posts: [], puts: [] };
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const seconds = (timeoutMs / 1000).toFixed(2);
        const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
        this.#settle({ ok: false, payload: { errorType: 'Sandbox.Timedout', errorMessage } });
        this.kill();
      }, timeoutMs);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        this.#settle = () => {};
        this.#requestId = undefined;
        resolve(outcome);
      };
      if (this.hasEnded) return this.#settle({ ok: false, payload: exitError(requestId, 'killed') });
      this.#worker.postMessage({ request: { requestId, deadlineMs: Date.now() + timeoutMs }, event });
      Atomics.store(this.#wake, 0, 1);
      Atomics.notify(this.#wake, 0);
    });
  }

  /** Ends it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.hasEnded = true;
    await this.#worker.terminate();
    await this.ended;
  }
}

function toResult(payload: string): Invocation {
  const size = Buffer.byteLength(payload);
  if (size <= maxPayloadBytes) return { ok: true, payload: JSON.parse(payload) };
  const errorMessage = `Response payload size (${size} bytes) exceeded maximum allowed payload size (6291556 bytes).`;
  return { ok: false, payload: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}

function exitError(requestId: string | undefined, how: number | 'killed'): FunctionError {
  // Node's own code for a promise that can never settle because nothing is left to wait for.
  if (how === 13) {
    const errorMessage =
      'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise ' +
      'that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';
    return { errorType: 'Runtime.NodeJsExit', errorMessage };
  }
  const reason =
    how === 'killed'
      ? 'Runtime exited with error: signal: killed'
      : how === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${how}`;
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId ?? randomUUID()} Error: ${reason}`,
  };
}
