import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, test } from 'vitest';
import type { Settings } from '../../local/apigateway/settings.ts';
import { failure, managementClient } from './gateway/management.ts';
import { webSocketApi } from './gateway/resources.ts';
import { connect, refusal } from './gateway/socket.ts';
import { startGateway } from './gateway/start-gateway.ts';

const routes = { $connect: 'connect', $disconnect: 'disconnect', $default: 'default' };

async function withClient(stage: Record<string, unknown> = {}, settings: Partial<Settings> = {}) {
  const stack = await startGateway(webSocketApi({ routes, stage }), {
    settings: { throttledMessage: 'Slow down', ...settings },
  });
  const client = await connect(stack.url);
  const { connectionId } = (await stack.functions.events('connect').next()).requestContext;
  return { ...stack, client, connectionId: String(connectionId) };
}

/** Once a pong is there, the gateway has read everything that was sent before. */
const readUpToHere = ({ webSocket }: Awaited<ReturnType<typeof connect>>) =>
  new Promise((resolve) => {
    webSocket.once('pong', resolve);
    webSocket.ping();
  });

test('a frame of 32,768 bytes is taken', async () => {
  const { client, functions } = await withClient();
  client.send('x'.repeat(32_768));
  expect((await functions.events('default').next()).body).toHaveLength(32_768);
});

test('a frame of 32,769 bytes closes the connection with 1009 and invokes nothing', async () => {
  const { client, functions } = await withClient();
  client.send('x'.repeat(32_769));
  expect(await client.closed).toMatchObject({ code: 1009 });
  const { requestContext } = await functions.events('disconnect').next();
  expect(requestContext.disconnectStatusCode).toBe(1009);
  expect(functions.events('default').waiting).toEqual([]);
});

test('a message of 131,072 bytes in frames of 32 KB is taken', async () => {
  const { client, functions } = await withClient();
  const part = 'x'.repeat(32_768);
  for (const fin of [false, false, false, true]) client.webSocket.send(part, { fin });
  expect((await functions.events('default').next()).body).toHaveLength(131_072);
});

test('a message of more than 131,072 bytes closes the connection with 1009, whatever its frames', async () => {
  const { client, functions } = await withClient();
  const part = 'x'.repeat(32_768);
  for (const fin of [false, false, false, false]) client.webSocket.send(part, { fin });
  client.webSocket.send('x', { fin: true });
  expect(await client.closed).toMatchObject({ code: 1009 });
  await functions.events('disconnect').next();
  expect(functions.events('default').waiting).toEqual([]);
});

test('many messages in one piece of network data are each within their own limit', async () => {
  const { client, functions } = await withClient();
  for (let i = 0; i < 20; i++) client.send('x'.repeat(20_000));
  for (let i = 0; i < 20; i++) expect((await functions.events('default').next()).body).toHaveLength(20_000);
});

test('a binary message closes the connection with 1003 and invokes nothing', async () => {
  const { client, functions } = await withClient();
  client.send(Buffer.from([1, 2, 3]));
  expect(await client.closed).toMatchObject({ code: 1003 });
  const { requestContext } = await functions.events('disconnect').next();
  expect(requestContext.disconnectStatusCode).toBe(1003);
  expect(functions.events('default').waiting).toEqual([]);
});

test('a ping is answered by a pong and invokes nothing', async () => {
  const { client, functions } = await withClient();
  const pong = new Promise((resolve) => client.webSocket.once('pong', (data) => resolve(data.toString())));
  client.webSocket.ping('are you there');
  expect(await pong).toBe('are you there');
  expect(functions.events('default').waiting).toEqual([]);
});

test('a connection that is idle for 10 minutes is closed with 1001 "Going away"', async () => {
  const { client, functions, clock } = await withClient();
  clock.advance(600_000);
  expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  expect((await functions.events('disconnect').next()).requestContext).toMatchObject({
    disconnectStatusCode: 1001,
    disconnectReason: 'Going away',
  });
});

test('messages of the client keep a connection from being idle', async () => {
  const { client, clock, functions } = await withClient();
  for (let minutes = 0; minutes < 27; minutes += 9) {
    clock.advance(540_000);
    client.send('still here');
    await functions.events('default').next();
  }
  expect(client.webSocket.readyState).toBe(client.webSocket.OPEN);
  clock.advance(600_000);
  expect((await client.closed).code).toBe(1001);
});

test('messages to the client keep a connection from being idle', async () => {
  const { client, clock, http, connectionId } = await withClient();
  const management = managementClient(`${http}/prod`);
  const post = () => management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'x' }));
  for (let minutes = 0; minutes < 27; minutes += 9) {
    clock.advance(540_000);
    await post();
    expect(await client.next()).toBe('x');
  }
  clock.advance(600_000);
  expect((await client.closed).code).toBe(1001);
  expect(await failure(post())).toMatchObject({ name: 'GoneException' });
});

test('pings do not keep a connection from being idle', async () => {
  const { client, clock } = await withClient();
  clock.advance(540_000);
  await readUpToHere(client);
  clock.advance(60_000);
  expect((await client.closed).code).toBe(1001);
});

test('a connection is closed with 1001 after 2 hours, however active', async () => {
  const { client, clock, functions } = await withClient();
  for (let minutes = 0; minutes < 119; minutes += 7) {
    clock.advance(420_000);
    client.send('still here');
    await functions.events('default').next();
  }
  expect(client.webSocket.readyState).toBe(client.webSocket.OPEN);
  clock.advance(60_000);
  expect((await client.closed).code).toBe(1001);
});

test('messages over the limit of the stage are answered by a frame, not invoked', async () => {
  const stage = { DefaultRouteSettings: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 } };
  const { client, functions, connectionId } = await withClient(stage);
  for (const message of ['1', '2', '3']) client.send(message);
  expect(JSON.parse(String(await client.next()))).toMatchObject({
    message: 'Slow down',
    connectionId,
  });
  expect(functions.events('default').waiting.map((event) => event.body)).toEqual(['1', '2']);
});

test('a throttled route takes messages again at its rate', async () => {
  const stage = { RouteSettings: { $default: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } } };
  const { client, clock, functions } = await withClient(stage);
  client.send('1');
  client.send('2');
  expect(await client.next()).toContain('Slow down');
  clock.advance(1_000);
  client.send('3');
  expect((await functions.events('default').next()).body).toBe('1');
  expect((await functions.events('default').next()).body).toBe('3');
});

test('an upgrade over the limit is refused with 429', async () => {
  const { url, clock, functions } = await withClient({
    RouteSettings: { $connect: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } },
  });
  expect(await refusal(url)).toBe(429);
  expect(functions.events('connect').waiting).toEqual([]);
  clock.advance(1_000);
  await connect(url);
});

test('new connections over the limit of the account are refused with 429', async () => {
  const { url, clock } = await withClient({}, { connectThrottle: { ratePerSecond: 1, burst: 1 } });
  expect(await refusal(url)).toBe(429);
  clock.advance(1_000);
  await connect(url);
});
