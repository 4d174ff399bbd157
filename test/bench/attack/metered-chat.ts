import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDB } from '../../../local/dynamodb/dynamodb-local.ts';
import { chatSettings } from '../../../shared/settings.ts';
import type { Table } from '../../../shared/store/table.ts';
import { newTableAt } from '../../support/table.ts';

/** What the management API takes for each answer, milliseconds. */
const LATENCY_MS = 10;

/** What was used of everything that costs. */
export interface Usage {
  invocations: number;
  writeUnits: number;
  readUnits: number;
  /** Calls of PostToConnection, refused ones too. */
  posts: number;
  lambdaMs: number;
}
export const nothing: Usage = { invocations: 0, writeUnits: 0, readUnits: 0, posts: 0, lambdaMs: 0 };

type Handler = (event: never, context: never) => Promise<unknown>;
export type MeteredChat = Awaited<ReturnType<typeof meteredChat>>;

/**
 * The functions as they are deployed, in this process, on DynamoDB Local and a management API that answers after a fixed time;
 * everything they use is counted.
 */
export async function meteredChat() {
  const usage = { ...nothing };
  const database = await startDynamoDB();
  const table: Table = await newTableAt(database.endpoint);
  const gone = new Set<string>();
  const deaf = new Set<string>();
  const server = createServer((request, response) => {
    request.resume();
    const id = decodeURIComponent(/@connections\/(.+)$/.exec(`${request.url}`)?.[1] ?? '');
    const answer = () => {
      // Lambda's own API, for asynchronous invocations.
      if (id === '') return response.writeHead(202).end();
      if (request.method === 'DELETE') gone.add(id);
      if (request.method === 'POST') usage.posts += 1;
      const isRefused = request.method === 'POST' && deaf.has(id);
      response.writeHead(request.method === 'DELETE' ? 204 : gone.has(id) ? 410 : isRefused ? 429 : 200);
      return response.end(request.method === 'GET' ? '{}' : '');
    };
    request.once('end', () => setTimeout(answer, LATENCY_MS));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    TABLE_NAME: table.name,
    STACK_NAME: 'attacked',
    SETTINGS: JSON.stringify(chatSettings.parse({})),
    MANAGEMENT_ENDPOINT: `${origin}/prod`,
    OPEN_FUNCTION: 'open',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: origin,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_DEV: 'false',
  });
  const stopMetering = meterDynamoDB(usage);
  const load = async (name: string) =>
    ((await import(`../../../functions/websocket/${name}.ts`)) as { handler: Handler }).handler;

  return {
    ...{ table, gone, deaf, load },
    /** Runs a function for an event, and counts it. */
    async invoke(handler: Handler, event: object): Promise<void> {
      const startedAt = performance.now();
      usage.invocations += 1;
      await handler(event as never, {} as never);
      usage.lambdaMs += performance.now() - startedAt;
    },
    /** What was used since the last time. */
    take(): Usage {
      const taken = { ...usage };
      Object.assign(usage, nothing);
      return taken;
    },
    async stop(): Promise<void> {
      stopMetering();
      server.closeAllConnections();
      server.close();
      await database.stop();
    },
  };
}

type Consumed = { CapacityUnits?: number };
type Answer = { ConsumedCapacity?: Consumed | Consumed[] };
type Command = { constructor: { name: string }; input: Record<string, unknown> };

/** Has every request say what it used. */
function meterDynamoDB(usage: Usage): () => void {
  const client = DynamoDBDocumentClient.prototype as unknown as { send(command: Command): Promise<Answer> };
  const { send } = client;
  client.send = async function (this: typeof client, command) {
    const isRead = /^(Get|BatchGet|Query)/.test(command.constructor.name);
    command.input.ReturnConsumedCapacity = 'TOTAL';
    try {
      const answer = await send.call(this, command);
      const consumed = [answer.ConsumedCapacity ?? []].flat();
      const units = consumed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
      usage[isRead ? 'readUnits' : 'writeUnits'] += units;
      return answer;
    } catch (error) {
      // A write whose condition fails is charged, too.
      if (!isRead) usage.writeUnits += 1;
      throw error;
    }
  };
  return () => {
    client.send = send;
  };
}
