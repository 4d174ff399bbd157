import { expect, test } from 'vitest';
import { Queue } from './gateway/queue.ts';
import { type Routes, webSocketApi } from './gateway/resources.ts';
import { connect } from './gateway/socket.ts';
import { startGateway } from './gateway/start-gateway.ts';

const id = expect.stringMatching(/^[\w-]{15}=$/);

async function withClient(routes: Routes, given: { expression?: string } = {}) {
  const stack = await startGateway(webSocketApi({ routes: { $connect: 'connect', ...routes }, ...given }));
  const client = await connect(stack.url, { headers: { 'User-Agent': 'test' } });
  const { requestContext } = await stack.functions.events('connect').next();
  return { ...stack, client, connected: requestContext };
}

test('the event of a message has the shape of API Gateway', async () => {
  const { client, functions, connected } = await withClient({ send: 'send' });
  const body = '{ "action": "send", "data": "hi" }';
  client.send(body);
  const event = await functions.events('send').next();
  expect(event).toEqual({
    requestContext: {
      routeKey: 'send',
      messageId: id,
      eventType: 'MESSAGE',
      extendedRequestId: event.requestContext.requestId,
      requestTime: expect.stringMatching(/ \+0000$/),
      messageDirection: 'IN',
      stage: 'prod',
      connectedAt: connected.connectedAt,
      requestTimeEpoch: expect.any(Number),
      identity: { sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: id,
      domainName: connected.domainName,
      connectionId: connected.connectionId,
      apiId: 'wsapi00001',
    },
    body,
    isBase64Encoded: false,
  });
});

test.each([
  ['the route whose key the expression selects', { action: 'send' }, 'send'],
  ['$default if no route has that key', { action: 'sen' }, '$default'],
  ['$default if the key is missing', { data: 1 }, '$default'],
  ['$default for JSON that is no object', '40', '$default'],
  ['$default for what is no JSON', '42["chat",{}]', '$default'],
  ['$default for an empty message', '', '$default'],
  ['$default, not $connect, if a message names it', { action: '$connect' }, '$default'],
  ['the route of a number by its text', { action: 7 }, '7'],
])('a message goes to %s', async (_name, message, routeKey) => {
  const { client, functions } = await withClient({
    send: 'any',
    7: 'any',
    $default: 'any',
    $disconnect: 'any',
  });
  client.send(message);
  expect((await functions.events('any').next()).requestContext.routeKey).toBe(routeKey);
});

test.each([
  ['$request.body.chat.kind', { chat: { kind: 'join' } }, 'join'],
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: a selection expression
  ['${request.body.chat.kind}', { chat: { kind: 'join' } }, 'join'],
  ['${request.body.a}/${request.body.b}', { a: 'rooms', b: 'list' }, 'rooms/list'],
  ['v1-${request.body.a}', { a: 'rooms' }, 'v1-rooms'],
  ['${request.body.a}/${request.body.b}', { a: 'rooms' }, 'rooms/'],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: a selection expression
])('the selection expression %s of %j selects %s', async (expression, message, routeKey) => {
  const { client, functions } = await withClient({ [routeKey]: 'any', $default: 'other' }, { expression });
  client.send(message);
  expect((await functions.events('any').next()).requestContext.routeKey).toBe(routeKey);
});

test('a message without a route is answered by the Forbidden frame', async () => {
  const { client, connected } = await withClient({ send: 'send' });
  client.send({ action: 'other' });
  const frame = await client.next();
  const { requestId } = JSON.parse(String(frame));
  expect(requestId).toEqual(id);
  expect(frame).toBe(
    `{"message": "Forbidden", "connectionId":"${connected.connectionId}", "requestId":"${requestId}"}`,
  );
});

test('a function that throws is answered by the Internal server error frame, and the connection stays', async () => {
  const { client, functions, connected } = await withClient({ send: 'send' });
  functions.on('send', () => {
    throw new Error('no database');
  });
  client.send({ action: 'send' });
  const { requestId } = (await functions.events('send').next()).requestContext;
  const frame = `{"message": "Internal server error", "connectionId":"${connected.connectionId}", "requestId":"${requestId}"}`;
  expect(await client.next()).toBe(frame);
  client.send({ action: 'send' });
  expect(await client.next()).toContain('Internal server error');
});

test('an integration that takes 29 s is answered by the Endpoint request timed out frame', async () => {
  const { client, functions, clock, connected } = await withClient({ send: 'send' });
  functions.on('send', () => new Promise(() => {}));
  client.send({ action: 'send' });
  const { requestId } = (await functions.events('send').next()).requestContext;
  clock.advance(28_000);
  expect(client.frames.waiting).toEqual([]);
  clock.advance(1_000);
  const frame = `{"message": "Endpoint request timed out", "connectionId":"${connected.connectionId}", "requestId":"${requestId}"}`;
  expect(await client.next()).toBe(frame);
});

test('what a one-way route returns is discarded, an error status too', async () => {
  const { client, functions } = await withClient({ one: 'one', two: { function: 'two', twoWay: true } });
  functions.on('one', () => ({ statusCode: 500, body: 'never seen' }));
  functions.on('two', () => ({ statusCode: 200, body: 'seen' }));
  client.send({ action: 'one' });
  await functions.events('one').next();
  client.send({ action: 'two' });
  expect(await client.next()).toBe('seen');
});

test('a route response expression without a RouteResponse is one-way', async () => {
  const { client, functions } = await withClient({
    half: { function: 'half', RouteResponseSelectionExpression: '$default' },
    two: { function: 'two', twoWay: true },
  });
  functions.on('half', () => ({ statusCode: 200, body: 'never seen' }));
  functions.on('two', () => ({ statusCode: 200, body: 'seen' }));
  client.send({ action: 'half' });
  await functions.events('half').next();
  client.send({ action: 'two' });
  expect(await client.next()).toBe('seen');
});

test('messages of one connection are invoked while earlier ones still run', async () => {
  const { client, functions } = await withClient({ $default: { function: 'echo', twoWay: true } });
  const running = new Queue<() => void>();
  functions.on(
    'echo',
    (event) => new Promise((resolve) => running.push(() => resolve({ statusCode: 200, body: event.body }))),
  );
  client.send('1');
  const finishFirst = await running.next();
  client.send('2');
  const finishSecond = await running.next();
  finishSecond();
  expect(await client.next()).toBe('2');
  finishFirst();
  expect(await client.next()).toBe('1');
});

test('fault reorderMessagesMs: messages of one connection overtake each other', async () => {
  const { client, functions, faults, clock } = await withClient({ $default: 'default' });
  faults.reorderMessagesMs = 5_000;
  const sent = Array.from({ length: 20 }, (_, i) => String(i));
  for (const message of sent) client.send(message);
  const pong = new Promise((resolve) => client.webSocket.once('pong', resolve));
  client.webSocket.ping();
  // The pong says that the gateway has read all messages before it.
  await pong;
  clock.advance(5_000);
  const invoked: string[] = [];
  for (const _ of sent) invoked.push((await functions.events('default').next()).body);
  expect(invoked).not.toEqual(sent);
  expect(invoked.toSorted()).toEqual(sent.toSorted());
});
