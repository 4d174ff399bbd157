import {
  DeleteConnectionCommand as Delete,
  GetConnectionCommand as Get,
  PostToConnectionCommand as Post,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, test } from 'vitest';
import { strictPosts } from '../../local/apigateway/settings.ts';
import { failure, managementClient } from './gateway/management.ts';
import { Queue } from './gateway/queue.ts';
import { webSocketApi } from './gateway/resources.ts';
import { connect } from './gateway/socket.ts';
import { startGateway } from './gateway/start-gateway.ts';

const chat = webSocketApi({
  routes: { $connect: 'connect', $disconnect: 'disconnect', $default: 'default' },
});
const unknownId = 'L0SM9cOFvHcCIhw=';

async function withConnection(given: Parameters<typeof startGateway>[1] = {}) {
  const stack = await startGateway(chat, given);
  const management = managementClient(`${stack.http}/prod`);
  const client = await connect(stack.url, { headers: { 'User-Agent': 'test' } });
  const ConnectionId: string = (await stack.functions.events('connect').next()).requestContext.connectionId;
  return { ...stack, management, client, ConnectionId };
}

test('PostToConnection sends its bytes as one text frame', async () => {
  const { management, client, ConnectionId } = await withConnection();
  const posted = await management.send(new Post({ ConnectionId, Data: Buffer.from('{"hello":"wörld"}') }));
  expect(posted.$metadata).toMatchObject({
    httpStatusCode: 200,
    requestId: expect.stringMatching(/^[\da-f-]{36}$/),
  });
  expect(await client.next()).toBe('{"hello":"wörld"}');
});

test('posts that follow each other arrive in order', async () => {
  const { management, client, ConnectionId } = await withConnection();
  for (const Data of ['1', '2', '3']) await management.send(new Post({ ConnectionId, Data }));
  expect([await client.next(), await client.next(), await client.next()]).toEqual(['1', '2', '3']);
});

test('PostToConnection takes 131,072 bytes and answers one more with PayloadTooLargeException', async () => {
  const { management, client, ConnectionId } = await withConnection();
  await management.send(new Post({ ConnectionId, Data: 'x'.repeat(131_072) }));
  expect(await client.next()).toHaveLength(131_072);
  const tooLarge = management.send(new Post({ ConnectionId, Data: 'x'.repeat(131_073) }));
  expect(await failure(tooLarge)).toMatchObject({ name: 'PayloadTooLargeException', status: 413 });
});

test('or no more than a frame, 32,768 bytes, as the chat runs', async () => {
  const { management, client, ConnectionId } = await withConnection({ settings: strictPosts });
  await management.send(new Post({ ConnectionId, Data: 'x'.repeat(32_768) }));
  expect(await client.next()).toHaveLength(32_768);
  const tooLarge = management.send(new Post({ ConnectionId, Data: 'x'.repeat(32_769) }));
  expect(await failure(tooLarge)).toMatchObject({ name: 'PayloadTooLargeException', status: 413 });
});

test('GetConnection gives times and identity as the SDK can read them', async () => {
  const { management, clock, client, functions, ConnectionId } = await withConnection();
  const before = await management.send(new Get({ ConnectionId }));
  expect(before).toMatchObject({ Identity: { SourceIp: '127.0.0.1', UserAgent: 'test' } });
  clock.advance(60_000);
  client.send({ action: 'hello' });
  await functions.events('default').next();
  const after = await management.send(new Get({ ConnectionId }));
  expect(after.ConnectedAt).toEqual(before.ConnectedAt);
  expect(Number(after.LastActiveAt)).toBeGreaterThanOrEqual(Number(before.LastActiveAt) + 60_000);
});

test('DeleteConnection closes the connection, and $disconnect runs', async () => {
  const { management, client, functions, ConnectionId } = await withConnection();
  const deleted = await management.send(new Delete({ ConnectionId }));
  expect(deleted.$metadata.httpStatusCode).toBe(204);
  await client.closed;
  const { requestContext } = await functions.events('disconnect').next();
  expect(requestContext).toMatchObject({ connectionId: ConnectionId, routeKey: '$disconnect' });
});

test.each([
  ['PostToConnection', new Post({ ConnectionId: unknownId, Data: 'x' })],
  ['GetConnection', new Get({ ConnectionId: unknownId })],
  ['DeleteConnection', new Delete({ ConnectionId: unknownId })],
] as const)('%s to a connection that is not there is GoneException', async (_name, command) => {
  const { management } = await withConnection();
  // One of the three at a time; the union of commands has no common overload.
  expect(await failure(management.send(command as Post))).toMatchObject({
    name: 'GoneException',
    status: 410,
  });
});

test('410 has its name in x-amzn-ErrorType and no body', async () => {
  const { http } = await startGateway(chat);
  const response = await fetch(`${http}/prod/%40connections/${encodeURIComponent(unknownId)}`, {
    headers: {
      Authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/execute-api/aws4_request, x',
    },
  });
  expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
    410,
    'GoneException',
    '',
  ]);
});

test('a connection cannot be posted to while its $connect runs', async () => {
  const { url, http, functions } = await startGateway(chat);
  const management = managementClient(`${http}/prod`);
  functions.on('connect', async ({ requestContext: { connectionId } }) => {
    const early = await failure(management.send(new Post({ ConnectionId: connectionId, Data: 'welcome' })));
    return { statusCode: early.name === 'GoneException' ? 200 : 500 };
  });
  const client = await connect(url);
  const { connectionId } = (await functions.events('connect').next()).requestContext;
  await management.send(new Post({ ConnectionId: connectionId, Data: 'welcome' }));
  expect(await client.next()).toBe('welcome');
});

test('a connection that closed cannot be posted to', async () => {
  const { management, client, functions, ConnectionId } = await withConnection();
  client.webSocket.close();
  await functions.events('disconnect').next();
  expect(await failure(management.send(new Post({ ConnectionId, Data: 'x' })))).toMatchObject({
    status: 410,
  });
});

test('a connection is gone once it is deleted, even if the client has not answered the close frame', async () => {
  const { management, client, gateway, ConnectionId } = await withConnection();
  client.webSocket.pause();
  await management.send(new Delete({ ConnectionId }));
  expect(await failure(management.send(new Post({ ConnectionId, Data: 'x' })))).toMatchObject({
    status: 410,
  });
  expect(gateway.connections()).toEqual([]);
});

test('what is no connection id is BadRequestException with that id', async () => {
  const { management } = await withConnection();
  expect(await failure(management.send(new Get({ ConnectionId: 'cjy8fnmhf0001' })))).toEqual({
    name: 'BadRequestException',
    status: 400,
    message: 'Invalid connectionId: cjy8fnmhf0001',
  });
});

test('an unsigned request is MissingAuthenticationTokenException', async () => {
  const { http } = await startGateway(chat);
  const response = await fetch(`${http}/prod/@connections/${encodeURIComponent(unknownId)}`);
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
    403,
    'MissingAuthenticationTokenException',
  ]);
});

test('a caller without execute-api:ManageConnections is ForbiddenException', async () => {
  const asked: unknown[][] = [];
  const { management, http, client, ConnectionId } = await withConnection({
    authorize: (...question) => {
      asked.push(question);
      return question[0] !== 'AKIDOTHER';
    },
  });
  const other = managementClient(`${http}/prod`, 'AKIDOTHER');
  expect(await failure(other.send(new Post({ ConnectionId, Data: 'no' })))).toMatchObject({
    name: 'ForbiddenException',
    status: 403,
  });
  const arn = `arn:aws:execute-api:us-east-1:000000000000:wsapi00001/prod/POST/@connections/${ConnectionId}`;
  expect(asked).toEqual([['AKIDOTHER', 'execute-api:ManageConnections', arn]]);
  await management.send(new Post({ ConnectionId, Data: 'yes' }));
  expect(await client.next()).toBe('yes');
});

test('a stage that is not there is ForbiddenException', async () => {
  const { http, ConnectionId } = await withConnection();
  const elsewhere = managementClient(`${http}/beta`);
  expect(await failure(elsewhere.send(new Get({ ConnectionId })))).toMatchObject({
    name: 'ForbiddenException',
  });
});

test('a client that does not read is LimitExceededException once its buffer is full', async () => {
  const { management, client, ConnectionId } = await withConnection();
  client.webSocket.pause();
  const fill = async () => {
    // The kernel's buffers take some megabytes before anything waits in the gateway; 200 MB are more than they hold.
    for (let i = 0; i < 1_600; i++)
      await management.send(new Post({ ConnectionId, Data: 'x'.repeat(131_072) }));
  };
  expect(await failure(fill())).toMatchObject({ name: 'LimitExceededException', status: 429 });
});

test('calls over the limit of the account are LimitExceededException', async () => {
  const { management, ConnectionId } = await withConnection({
    // Two tokens go to the connection itself and the first call.
    settings: { accountThrottle: { ratePerSecond: 0, burst: 2 } },
  });
  await management.send(new Get({ ConnectionId }));
  expect(await failure(management.send(new Get({ ConnectionId })))).toMatchObject({
    name: 'LimitExceededException',
    status: 429,
  });
});

test('fault managementErrorRate: the call fails with 500', async () => {
  const { management, faults, ConnectionId } = await withConnection();
  faults.managementErrorRate = 1;
  expect(await failure(management.send(new Get({ ConnectionId })))).toMatchObject({ status: 500 });
});

test('fault managementThrottleRate: the call fails with LimitExceededException', async () => {
  const { management, faults, ConnectionId } = await withConnection();
  faults.managementThrottleRate = 1;
  expect(await failure(management.send(new Get({ ConnectionId })))).toMatchObject({
    name: 'LimitExceededException',
    status: 429,
  });
});

test('fault fullBuffers: posts to that connection fail as when its buffer is full, everything else works', async () => {
  const { management, faults, url, functions, client, ConnectionId } = await withConnection();
  const other = await connect(url);
  const { connectionId } = (await functions.events('connect').next()).requestContext;
  faults.fullBuffers = [ConnectionId];
  expect(await failure(management.send(new Post({ ConnectionId, Data: 'not sent' })))).toEqual({
    name: 'LimitExceededException',
    status: 429,
    message: 'WebSocket client side buffer is full',
  });
  await management.send(new Post({ ConnectionId: connectionId, Data: 'to the other' }));
  expect(await other.next()).toBe('to the other');
  await management.send(new Get({ ConnectionId }));

  faults.fullBuffers = [];
  await management.send(new Post({ ConnectionId, Data: 'read again' }));
  expect(await client.next()).toBe('read again');

  faults.fullBuffers = [ConnectionId];
  await management.send(new Delete({ ConnectionId }));
  await client.closed;
});

test('fault managementLatencyMs: a slow post is overtaken by a quick one', async () => {
  const { management, faults, clock, client, ConnectionId } = await withConnection();
  const reads = new Queue<number>();
  const latencies = [60_000];
  Object.defineProperty(faults, 'managementLatencyMs', {
    get: () => {
      const latency = latencies.shift() ?? 0;
      reads.push(latency);
      return latency;
    },
  });
  const slow = management.send(new Post({ ConnectionId, Data: 'slow' }));
  expect(await reads.next()).toBe(60_000);
  await management.send(new Post({ ConnectionId, Data: 'quick' }));
  clock.advance(60_000);
  await slow;
  expect([await client.next(), await client.next()]).toEqual(['quick', 'slow']);
});
