import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { closeServer, listen } from '../loopback.ts';
import { authorization } from './call.ts';
import { askingForCapacity, type Consumed, consumedBy } from './consumed.ts';
import type { DynamoDB } from './dynamodb-local.ts';
import { type Deciding, prefix, type Refusal, refusalOf, thrown } from './refusal.ts';
import { isWrite } from './request-resources.ts';

export interface DynamoDBEndpointOptions extends Deciding {
  /** The DynamoDB behind it. */
  readonly upstream: Pick<DynamoDB, 'endpoint' | 'answer'>;
  /**
   * Told of each write that was carried out, with the session token of the environment that asked for it.
   * True: that environment has just been killed and must not hear the answer.
   */
  readonly onWrite: (sessionToken: string, operation: string, input: Record<string, unknown>) => boolean;
  /** Told what each request consumed, with the same token. */
  readonly onConsumed?: ((sessionToken: string, operation: string, consumed: Consumed) => void) | undefined;
}

/** Who asks: an access key, and the session token of the environment. */
export interface DynamoDBCaller {
  readonly accessKeyId: string;
  readonly sessionToken: string;
}

export interface DynamoDBEndpoint {
  readonly endpoint: string;
  /**
   * The same without HTTP, for functions in this process; inputs and outputs have DynamoDB's types. Rejects as the SDK does,
   * which tries nothing again here. Never settles for an environment that was killed.
   */
  call(caller: DynamoDBCaller, operation: string, input: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * What Lambdas see as DynamoDB: checks that the caller's role allows the request, lets faults happen, and passes
 * everything else on.
 */
export async function startDynamoDBEndpoint(options: DynamoDBEndpointOptions): Promise<DynamoDBEndpoint> {
  const { answer: answerHere, endpoint: upstream } = options.upstream;
  const pool = new Pool(upstream, { connections: 128, pipelining: 1 });
  const server = createServer((req, res) => {
    answer(req, res, pool, options).catch((error: unknown) => {
      if (res.headersSent || res.destroyed) res.destroy();
      else refuse(res, { __type: `${prefix}InternalServerError`, message: String(error) }, 500);
    });
  });
  // Environments are frozen between invocations and must find their connections open when they thaw.
  server.keepAliveTimeout = 3_600_000;
  const port = await listen(server, 0, '127.0.0.1');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async call(caller, operation, input) {
      const refusal = refusalOf(caller, operation, input, options);
      if (refusal) throw thrown(refusal);
      const target = `${api}.${operation}`;
      const { status, output } = answerHere
        ? answerHere(target, input)
        : read(
            await passOn(
              pool,
              { ...JSON_TYPE, 'x-amz-target': target, authorization },
              JSON.stringify(input),
            ),
          );
      if (status !== 200) throw thrown(output as Refusal);
      if (isWrite(operation) && options.onWrite(caller.sessionToken, operation, input))
        await new Promise(() => {});
      return output;
    },
    close: async () => {
      await closeServer(server);
      await pool.destroy();
    },
  };
}

const api = 'DynamoDB_20120810';
async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  pool: Pool,
  options: DynamoDBEndpointOptions,
): Promise<void> {
  const { onWrite, onConsumed, upstream } = options;
  const target = String(req.headers['x-amz-target']);
  const [calledApi, operation = ''] = target.split('.');
  const body = await readAll(req);
  const accessKeyId = /Credential=([^/]+)\//.exec(req.headers.authorization ?? '')?.[1] ?? '';

  const input = parse(body);
  const refusal = calledApi === api && refusalOf({ accessKeyId }, operation, input, options);
  if (refusal) return refuse(res, refusal);

  const asked = onConsumed ? askingForCapacity(input) : body;
  const { status, content, headers } = upstream.answer
    ? written(upstream.answer(target, asked.toString()))
    : await passOn(pool, forwarded(req), asked);
  const sessionToken = String(req.headers['x-amz-security-token']);
  onConsumed?.(sessionToken, operation, consumedBy(operation, input, status, content));
  if (status === 200 && isWrite(operation) && onWrite(sessionToken, operation, input)) res.destroy();
  else res.writeHead(status, { ...headers, 'content-length': String(content.length) }).end(content);
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  content: Buffer;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

const written = ({ status, output }: { status: number; output: unknown }): Answer => ({
  status,
  headers: JSON_TYPE,
  content: Buffer.from(JSON.stringify(output)),
});

const read = ({ status, content }: Answer) => ({ status, output: JSON.parse(content.toString()) as unknown });

async function passOn(pool: Pool, sent: Record<string, string>, body: Buffer | string): Promise<Answer> {
  const answered = await pool.request({ path: '/', method: 'POST', headers: sent, body });
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'x-amzn-requestid', 'x-amz-crc32']) {
    const value = answered.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const content = Buffer.from(await answered.body.arrayBuffer());
  return { status: answered.statusCode, headers, content };
}

function forwarded(req: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']) {
    const value = req.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

function refuse(res: ServerResponse, { __type, message }: Refusal, status = 400): void {
  res.writeHead(status, JSON_TYPE).end(JSON.stringify({ __type, message, Message: message }));
}

/** DynamoDB says best what is wrong with a body that is no JSON. */
function parse(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}

async function readAll(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks);
}
