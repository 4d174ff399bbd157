import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { takeAllowance } from '../../shared/chat/rate-limit.ts';
import { participantIdOfCaller } from '../../shared/ids.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { databaseEndpoint } from '../support/database.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

/** The functions of the HTTP API, as API Gateway invokes them, on a table. */
type Handler = (event: object, context: object) => Promise<Answer>;
interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

let room: ChatOnTable;
let handlers: Record<'events' | 'moderation', Handler>;
beforeAll(async () => {
  room = await chatOnTable();
  const env = {
    TABLE_NAME: room.table.name,
    STACK_NAME: 'chat',
    SETTINGS: JSON.stringify(room.chat.settings),
    MANAGEMENT_ENDPOINT: 'http://127.0.0.1:9',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: await databaseEndpoint(),
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_DEV: 'false',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.resetModules();
  const [events, moderation] = await Promise.all([
    import('../../functions/http/events.ts'),
    import('../../functions/http/moderation.ts'),
  ]);
  handlers = { events: events.handler, moderation: moderation.handler } as unknown as typeof handlers;
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

const callers = ['arn:aws:iam::000000000000:user/olga', 'arn:aws:iam::000000000000:user/otto'] as const;

async function request(
  userArn: string,
  to: keyof typeof handlers,
  method: string,
  path: string,
  body?: object,
) {
  const {
    statusCode,
    headers,
    body: text,
  } = await handlers[to](
    {
      version: '2.0',
      rawPath: `/api/events${path}`,
      rawQueryString: '',
      headers: { 'content-type': 'application/json' },
      requestContext: {
        ...{ requestId: 'r', domainName: 'localhost', authorizer: { iam: { userArn } } },
        http: { method, path: `/api/events${path}` },
      },
      ...(body && { body: JSON.stringify(body) }),
    },
    { getRemainingTimeInMillis: () => 15_000 },
  );
  return { status: statusCode, headers, body: text ? JSON.parse(text) : undefined };
}

test('whoever writes without end is told to wait, and others are not', async () => {
  // Nothing comes back meanwhile.
  vi.useFakeTimers({ toFake: ['Date'] });
  const [olga, otto] = callers;
  const { writes } = limits;
  const allowance = (cost: number) => takeAllowance(room.chat, [participantIdOfCaller(olga)], 'write', cost);
  expect(await allowance(writes.burst)).toMatchObject({ waitMs: 0 });
  for (const [to, method, path, body] of [
    ['events', 'POST', '', { name: 'New' }],
    ['moderation', 'PATCH', '/e', { paused: true }],
    ['moderation', 'POST', '/e/kicks', { participantId: 'somebody' }],
    ['moderation', 'DELETE', '/e/pin', undefined],
    ['moderation', 'DELETE', '/none', undefined],
  ] as const) {
    const refused = await request(olga, to, method, path, body);
    expect(refused, `${method} ${path}`).toMatchObject({
      status: 429,
      body: { error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } },
    });
    expect(refused.headers['retry-after']).toBe('1');
  }
  expect(await request(olga, 'moderation', 'GET', '/e/bans')).toMatchObject({ status: 200 });
  expect(await request(otto, 'moderation', 'PATCH', '/e', { paused: true })).toMatchObject({
    status: 200,
    body: { paused: true },
  });
});
