import { randomUUID } from 'node:crypto';
import * as jose from 'jose';
import { ulid } from 'ulid';
import type { DynamoDBEndpoint } from '../../local/dynamodb/endpoint.ts';
import type {
  Environment,
  EnvironmentOptions,
  NewEnvironment,
} from '../../local/lambda/execution-environment.ts';
import type { FunctionError, Invocation } from '../../local/lambda/lambda.ts';
import { type Globals, type Load, loadCode, type Simulated } from '../simulation/code.ts';
import { fromTyped, toTyped } from '../simulation/dynamodb.ts';
import { dateAt } from '../simulation/environment.ts';
import { packageOf } from '../simulation/modules.ts';
import { managementApi, type Services, standIns } from '../simulation/stand-ins.ts';

let loading: Promise<Load> | undefined;

/**
 * Lets the functions of a local stack run in this process, from the same sources: without threads, cold starts, the AWS SDK and
 * HTTP on the way to DynamoDB. They are not frozen between invocations.
 */
export async function environmentsHere(): Promise<
  (services: { dynamodb: DynamoDBEndpoint['call'] }) => NewEnvironment
> {
  loading ??= loadCode();
  const load = await loading;
  return ({ dynamodb }) =>
    (options) =>
      new EnvironmentHere(load, options, dynamodb);
}

class EnvironmentHere implements Environment {
  readonly fn: Environment['fn'];
  readonly id: string;
  readonly initialised: Promise<FunctionError | undefined>;
  readonly ended: Promise<void>;
  calls: Environment['calls'] = { writes: [], posts: [], puts: [] };
  hasEnded = false;
  idleSince = 0;
  readonly #handler: (event: unknown, context: unknown) => Promise<unknown>;
  #settle: (outcome: Invocation) => void = () => {};
  #end = () => {};

  constructor(load: Load, options: EnvironmentOptions, dynamodb: DynamoDBEndpoint['call']) {
    const { fn, id, variables } = options;
    this.fn = fn;
    this.id = id;
    this.initialised = Promise.resolve(undefined);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#handler = load(variables.POWERTOOLS_SERVICE_NAME as Simulated, this.#globals(options, dynamodb));
  }

  invoke(event: string): Promise<Invocation> {
    const requestId = randomUUID();
    const { timeoutMs, name: functionName } = this.fn;
    const deadline = performance.now() + timeoutMs;
    this.calls = { writes: [], posts: [], puts: [] };
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
        this.#settle({ ok: false, payload: { errorType: 'Sandbox.Timedout', errorMessage } });
        void this.kill();
      }, timeoutMs);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        this.#settle = () => {};
        resolve(outcome);
      };
      if (this.hasEnded) return this.#settle(killed);
      const context = {
        ...{ functionName, awsRequestId: requestId },
        getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()),
      };
      this.#handler(JSON.parse(event), context).then(
        (result) => this.#settle({ ok: true, payload: JSON.parse(JSON.stringify(result) ?? 'null') }),
        (error) => this.#settle({ ok: false, payload: documentOf(error) }),
      );
    });
  }

  /** What it asks of services from now on is not done, and what it has asked for it does not hear of. */
  async kill(): Promise<void> {
    this.hasEnded = true;
    this.#settle(killed);
    this.#end();
  }

  async call<T>(_subjects: readonly string[], service: () => Promise<T>): Promise<T> {
    if (this.hasEnded) return never();
    return service().then(
      (value) => (this.hasEnded ? never() : value),
      (error) => (this.hasEnded ? never() : Promise.reject(error)),
    );
  }

  #globals({ variables, clock, onLog }: EnvironmentOptions, dynamodb: DynamoDBEndpoint['call']): Globals {
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SESSION_TOKEN: sessionToken = '' } = variables;
    const { AWS_REGION: region = '', AWS_ENDPOINT_URL_LAMBDA: origin } = variables;
    const credentials = { accessKeyId, sessionToken, secretAccessKey: 'local', region };
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/local`;
    const ask = (method: string, url: string, body = '', headers = {}) =>
      fetch(url, { method, headers: { authorization, ...headers }, ...(body && { body }) });
    const log = (level: string, message: string, fields: object = {}) =>
      onLog(level, JSON.stringify({ level, message, ...fields }), undefined);
    const services: Services = {
      log,
      dynamodb: async (operation, input) =>
        fromTyped(
          (await dynamodb({ accessKeyId, sessionToken }, operation, toTyped(operation, input))) as never,
        ),
      management: async (method, id) =>
        (await ask(method, `${variables.MANAGEMENT_ENDPOINT}/@connections/${encodeURIComponent(id)}`)).status,
      async invoke({ FunctionName, InvocationType = 'RequestResponse', Payload }) {
        const url = `${origin}/2015-03-31/functions/${encodeURIComponent(FunctionName)}/invocations`;
        const answer = await ask('POST', url, Payload, { 'x-amz-invocation-type': InvocationType });
        if (!answer.ok) throw new Error(`${answer.headers.get('x-amzn-errortype')}`);
        const FunctionError = answer.headers.get('x-amz-function-error');
        return { Payload: await answer.text(), ...(FunctionError && { FunctionError }) };
      },
    };
    const own: Readonly<Record<string, unknown>> = {
      ...standIns(this, services),
      // What is posted goes the way of AWS, signed.
      'undici/lib/dispatcher/pool.js': packageOf('undici/lib/dispatcher/pool.js'),
      aws4: packageOf('aws4'),
      '@aws-sdk/client-apigatewaymanagementapi': managementApi(this, services, credentials),
      jose: {
        ...jose,
        jwtVerify: (token: string, key: jose.JWTVerifyGetKey, rules: object) =>
          jose.jwtVerify(token, key, { currentDate: new Date(clock.now()), ...rules }),
      },
      ulid: { ulid: (time = clock.now(), chance?: () => number) => ulid(time, chance) },
    };
    return {
      ...{
        setTimeout,
        clearTimeout,
        setInterval,
        clearInterval,
        setImmediate,
        Math,
        performance,
        crypto,
        fetch,
      },
      require: (name: string) => own[name] ?? packageOf(name),
      process: { env: variables },
      Date: dateAt(() => clock.now()),
      console: {
        log: (text: unknown) => onLog('INFO', `${text}`, undefined),
        warn: (text: unknown) => log('WARN', `${text}`),
        error: (text: unknown) => log('ERROR', `${text}`),
      },
    };
  }
}

const never = () => new Promise<never>(() => {});

const killed: Invocation = {
  ok: false,
  payload: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: signal: killed' },
};

const documentOf = (error: unknown): FunctionError => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { errorType: name, errorMessage: message, trace: (stack ?? '').split('\n') };
};
