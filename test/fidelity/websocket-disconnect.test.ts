import { createConnection, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { webSocketApi } from './gateway/resources.ts';
import { connect } from './gateway/socket.ts';
import { startGateway } from './gateway/start-gateway.ts';

const routes = { $connect: 'connect', $disconnect: 'disconnect', $default: 'default' };

async function withClient(given: { stage?: Record<string, unknown> } = {}) {
  const stack = await startGateway(webSocketApi({ routes, ...given }));
  const client = await connect(stack.url, {
    headers: { 'User-Agent': 'test', Origin: 'https://chat.example' },
  });
  const { requestContext } = await stack.functions.events('connect').next();
  return { ...stack, client, connected: requestContext };
}

test('the $disconnect event has the shape of API Gateway', async () => {
  const { client, functions, connected, url } = await withClient();
  client.webSocket.close();
  const { host } = new URL(url);
  const event = await functions.events('disconnect').next();
  const id = expect.stringMatching(/^[\w-]{15}=$/);
  expect(event).toEqual({
    headers: { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: { Host: [host], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
    requestContext: {
      routeKey: '$disconnect',
      disconnectStatusCode: 1005,
      eventType: 'DISCONNECT',
      extendedRequestId: event.requestContext.requestId,
      requestTime: expect.stringMatching(/ \+0000$/),
      messageDirection: 'IN',
      disconnectReason: 'Client-side close frame status not set',
      stage: 'prod',
      connectedAt: connected.connectedAt,
      requestTimeEpoch: expect.any(Number),
      identity: { userAgent: 'test', sourceIp: '127.0.0.1' },
      requestId: id,
      domainName: connected.domainName,
      connectionId: connected.connectionId,
      apiId: 'wsapi00001',
    },
    isBase64Encoded: false,
  });
});

test.each([
  [1001, ''],
  [4000, 'left the room'],
])('$disconnect has the code %i and the reason of the client', async (code, reason) => {
  const { client, functions } = await withClient();
  client.webSocket.close(code, reason);
  const { requestContext } = await functions.events('disconnect').next();
  expect(requestContext).toMatchObject({ disconnectStatusCode: code, disconnectReason: reason });
});

test('$disconnect has 1006 for a connection that is lost without a close frame', async () => {
  const { client, functions } = await withClient();
  client.webSocket.terminate();
  const { requestContext } = await functions.events('disconnect').next();
  expect(requestContext.disconnectStatusCode).toBe(1006);
});

test('what $disconnect returns or throws has no effect', async () => {
  const { client, functions, url, gateway } = await withClient();
  functions.on('disconnect', () => {
    throw new Error('no database');
  });
  client.webSocket.close();
  await functions.events('disconnect').next();
  expect(gateway.connections()).toEqual([]);
  await connect(url);
});

test('fault dropDisconnect: $disconnect never runs', async () => {
  const { client, functions, faults, url } = await withClient();
  faults.dropDisconnect = 1;
  client.webSocket.close();
  await client.closed;
  faults.dropDisconnect = 0;
  const second = await connect(url);
  const { connectionId } = (await functions.events('connect').next()).requestContext;
  second.webSocket.close();
  expect((await functions.events('disconnect').next()).requestContext.connectionId).toBe(connectionId);
});

test('stage variables are in every event', async () => {
  const stageVariables = { color: 'blue' };
  const { client, functions, url } = await withClient({ stage: { StageVariables: stageVariables } });
  client.send('x');
  client.webSocket.close();
  await connect(url);
  for (const name of ['connect', 'default', 'disconnect']) {
    expect(await functions.events(name).next()).toMatchObject({ stageVariables });
  }
});

test.each([
  // Whoever only closes is not missed before the 101 is written.
  ['closed', (socket: Socket) => socket.end(), 1],
  ['reset', (socket: Socket) => socket.resetAndDestroy(), 0],
])(
  '$disconnect runs for a client that %s its socket while $connect was running',
  async (_how, giveUp, left) => {
    const { functions, url, openSockets } = await startGateway(webSocketApi({ routes }));
    let letConnect = (_: unknown) => {};
    functions.on('connect', () => new Promise((resolve) => (letConnect = resolve)));
    const { port, pathname } = new URL(url);
    const socket = createConnection(Number(port), '127.0.0.1');
    const lines = [
      `GET ${pathname} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const { connectionId } = (await functions.events('connect').next()).requestContext;
    giveUp(socket);
    await vi.waitFor(async () => expect(await openSockets()).toBe(left));
    letConnect({ statusCode: 200 });
    const { requestContext } = await functions.events('disconnect').next();
    expect(requestContext).toMatchObject({ connectionId, disconnectStatusCode: 1006 });
  },
);
