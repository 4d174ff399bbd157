import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { noMetrics, type ServiceMetrics } from '../cloudwatch/service-metrics.ts';
import type { Faults } from '../faults.ts';
import type { Iam } from '../iam.ts';
import { closeServer, listen } from '../loopback.ts';
import { askingForCapacity, type Consumed, consumedBy } from './consumed.ts';
import { accessOf, isWrite, type TableArn } from './request-resources.ts';
import type { KeyOf } from './written-keys.ts';

export interface DynamoDBEndpointOptions {
  /** The DynamoDB behind it. */
  readonly upstream: string;
  readonly tableArn: TableArn;
  readonly keyOf: KeyOf;
  readonly iam: Pick<Iam, 'authorize' | 'principalArn'>;
  readonly faults: Faults;
  readonly metrics?: ServiceMetrics | undefined;
  /**
   * Told of each write that was carried out, with the session token of the environment that asked for it.
   * True: that environment has just been killed and must not hear the answer.
   */
  readonly onWrite: (sessionToken: string, operation: string, input: Record<string, unknown>) => boolean;
  /** Told what each request consumed, with the same token. */
  readonly onConsumed?: ((sessionToken: string, operation: string, consumed: Consumed) => void) | undefined;
}

export interface DynamoDBEndpoint {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * What Lambdas see as DynamoDB: checks that the caller's role allows the request, lets faults happen, and passes
 * everything else on.
 */
export async function startDynamoDBEndpoint(options: DynamoDBEndpointOptions): Promise<DynamoDBEndpoint> {
  const upstream = new Pool(options.upstream, { connections: 128, pipelining: 1 });
  const server = createServer((req, res) => {
    answer(req, res, upstream, options).catch((error: unknown) => {
      if (res.headersSent || res.destroyed) res.destroy();
      else refuse(res, 500, `${prefix}InternalServerError`, String(error));
    });
  });
  // Environments are frozen between invocations and must find their connections open when they thaw.
  server.keepAliveTimeout = 3_600_000;
  const port = await listen(server, 0, '127.0.0.1');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      await closeServer(server);
      await upstream.destroy();
    },
  };
}

const prefix = 'com.amazonaws.dynamodb.v20120810#';

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  upstream: Pool,
  { iam, faults, onWrite, tableArn, keyOf, onConsumed, metrics = noMetrics }: DynamoDBEndpointOptions,
): Promise<void> {
  const [api, operation = ''] = String(req.headers['x-amz-target']).split('.');
  const body = await readAll(req);
  const accessKeyId = /Credential=([^/]+)\//.exec(req.headers.authorization ?? '')?.[1] ?? '';

  const input = parse(body);
  if (api === 'DynamoDB_20120810') {
    for (const { action, resource, context } of accessOf(operation, input, tableArn, keyOf)) {
      if (iam.authorize(accessKeyId, action, resource, context)) continue;
      const message =
        `User: ${iam.principalArn(accessKeyId)} is not authorized to perform: ${action} on resource: ${resource} ` +
        `because no identity-based policy allows the ${action} action`;
      return refuse(res, 400, 'com.amazon.coral.service#AccessDeniedException', message);
    }
  }
  if (Math.random() < faults.dynamodbThrottleRate) {
    for (const { resource } of accessOf(operation, input, tableArn, keyOf)) {
      const [, table = ''] = /:table\/([^/]+)/.exec(resource) ?? [];
      metrics.dynamodb(table, isWrite(operation) ? 'WriteThrottleEvents' : 'ReadThrottleEvents');
    }
    const message =
      'The level of configured provisioned throughput for the table was exceeded. ' +
      'Consider increasing your provisioning level with the UpdateTable API.';
    return refuse(res, 400, `${prefix}ProvisionedThroughputExceededException`, message);
  }

  const answered = await upstream.request({
    path: '/',
    method: 'POST',
    headers: forwarded(req),
    body: onConsumed ? askingForCapacity(input) : body,
  });
  const content = Buffer.from(await answered.body.arrayBuffer());
  const sessionToken = String(req.headers['x-amz-security-token']);
  onConsumed?.(sessionToken, operation, consumedBy(operation, input, answered.statusCode, content));
  const written = answered.statusCode === 200 && isWrite(operation);
  if (written && onWrite(sessionToken, operation, input)) {
    res.destroy();
    return;
  }
  const headers: Record<string, string> = { 'content-length': String(content.length) };
  for (const name of ['content-type', 'x-amzn-requestid', 'x-amz-crc32']) {
    const value = answered.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  res.writeHead(answered.statusCode, headers).end(content);
}

function forwarded(req: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']) {
    const value = req.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

function refuse(res: ServerResponse, status: number, __type: string, message: string): void {
  res.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  res.end(JSON.stringify({ __type, message, Message: message }));
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
