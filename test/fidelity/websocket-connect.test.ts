import { createConnection } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { webSocketApi } from './gateway/resources.ts';
import { connect, refusal } from './gateway/socket.ts';
import { startGateway } from './gateway/start-gateway.ts';

const chat = webSocketApi({
  routes: { $connect: 'connect', $disconnect: 'disconnect', $default: 'default' },
});
const id = expect.stringMatching(/^[\w-]{15}=$/);

test('the upgrade waits until the Lambda of $connect is done', async () => {
  const { url, functions, gateway } = await startGateway(chat);
  let letConnect = (_: unknown) => {};
  functions.on('connect', () => new Promise((resolve) => (letConnect = resolve)));
  let isOpen = false;
  const connecting = connect(url).then(() => (isOpen = true));
  await functions.events('connect').next();
  expect([isOpen, gateway.connections()]).toEqual([false, []]);
  letConnect({ statusCode: 200 });
  await connecting;
  expect(gateway.connections()).toEqual([id]);
});

test.each([301, 400, 401, 403, 501])(
  '$connect returning %i refuses the upgrade with that status',
  async (statusCode) => {
    const { url, functions } = await startGateway(chat);
    functions.on('connect', () => ({ statusCode }));
    expect(await refusal(url)).toBe(statusCode);
  },
);

test('$connect throwing refuses the upgrade with 502', async () => {
  const { url, functions } = await startGateway(chat);
  functions.on('connect', () => {
    throw new Error('no database');
  });
  expect(await refusal(url)).toBe(502);
});

test('the $connect event has the shape of API Gateway', async () => {
  const { url, functions, origin } = await startGateway(chat);
  await connect(`${url}?token=a&token=b&x=%20`, { headers: { 'User-Agent': 'test', 'X-Own': '1' } });
  const event = await functions.events('connect').next();
  const { host } = new URL(origin);
  expect(event).toEqual({
    headers: {
      Host: new URL(url).host,
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
      'Sec-WebSocket-Key': expect.any(String),
      'Sec-WebSocket-Version': '13',
      'User-Agent': 'test',
      'X-Own': '1',
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Port': new URL(url).port,
      'X-Forwarded-Proto': 'http',
    },
    multiValueHeaders: expect.objectContaining({ 'X-Own': ['1'], 'X-Forwarded-For': ['127.0.0.1'] }),
    queryStringParameters: { token: 'b', x: ' ' },
    multiValueQueryStringParameters: { token: ['a', 'b'], x: [' '] },
    requestContext: {
      routeKey: '$connect',
      eventType: 'CONNECT',
      extendedRequestId: event.requestContext.requestId,
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      messageDirection: 'IN',
      stage: 'prod',
      connectedAt: expect.any(Number),
      requestTimeEpoch: expect.any(Number),
      identity: { userAgent: 'test', sourceIp: '127.0.0.1' },
      requestId: id,
      domainName: host,
      connectionId: id,
      apiId: 'wsapi00001',
    },
    isBase64Encoded: false,
  });
});

test('the $connect event of a request without a query string has no query string keys', async () => {
  const { url, functions } = await startGateway(chat);
  await connect(url);
  const event = await functions.events('connect').next();
  expect(Object.keys(event).sort()).toEqual([
    'headers',
    'isBase64Encoded',
    'multiValueHeaders',
    'requestContext',
  ]);
  expect(event.requestContext.identity).toEqual({ sourceIp: '127.0.0.1' });
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a client may call parameters and headers %s',
  async (name) => {
    const { url, functions } = await startGateway(chat);
    await connect(`${url}?${name}=x&${name}=y&token=a`, { headers: { [name]: 'z' } });
    const event = await functions.events('connect').next();
    expect(Object.entries(event.queryStringParameters)).toEqual([
      [name, 'y'],
      ['token', 'a'],
    ]);
    expect(Object.entries(event.multiValueQueryStringParameters)).toEqual([
      [name, ['x', 'y']],
      ['token', ['a']],
    ]);
    expect(Object.entries(event.headers)).toContainEqual([name, 'z']);
    expect(Object.entries(event.multiValueHeaders)).toContainEqual([name, ['z']]);
  },
);

test('$connect returning no status refuses the upgrade', async () => {
  const { url, functions } = await startGateway(chat);
  functions.on('connect', () => 'welcome');
  expect(await refusal(url)).toBeGreaterThanOrEqual(500);
});

test('a $connect that takes 29 s refuses the upgrade', async () => {
  const { url, functions, clock } = await startGateway(chat);
  functions.on('connect', () => new Promise(() => {}));
  const refused = refusal(url);
  await functions.events('connect').next();
  clock.advance(29_000);
  expect(await refused).toBeGreaterThanOrEqual(500);
});

test('an API without a $connect route connects', async () => {
  const { url, functions } = await startGateway(webSocketApi({ routes: { $default: 'default' } }));
  const client = await connect(url);
  client.send('hello');
  expect((await functions.events('default').next()).body).toBe('hello');
});

test('a $connect route without an integration connects', async () => {
  const { url } = await startGateway(webSocketApi({ routes: { $connect: {}, $default: 'default' } }));
  await connect(url);
});

test('the subprotocol is the one that the Lambda returns', async () => {
  const { url, functions } = await startGateway(chat);
  functions.on('connect', () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'second' } }));
  const client = await connect(url, { protocols: ['first', 'second'] });
  expect(client.webSocket.protocol).toBe('second');
});

test('no subprotocol is chosen if the Lambda returns none, which clients take for a failure', async () => {
  const { url } = await startGateway(chat);
  await expect(connect(url, { protocols: ['first'] })).rejects.toThrow('Server sent no subprotocol');
});

test('permessage-deflate is not negotiated', async () => {
  const { url } = await startGateway(chat);
  const client = await connect(url, { perMessageDeflate: true });
  expect(client.webSocket.extensions).toBe('');
  expect(client.upgradeHeaders['sec-websocket-extensions']).toBeUndefined();
});

test('the stage may be followed by a slash', async () => {
  const { url, functions } = await startGateway(chat);
  await connect(`${url}/?EIO=4`);
  expect((await functions.events('connect').next()).queryStringParameters).toEqual({ EIO: '4' });
});

test.each(['', '/other', '/prod/rooms'])('an upgrade to %j, which is no stage, is refused', async (path) => {
  const { url, functions } = await startGateway(chat);
  expect(await refusal(url.replace('/prod', path))).toBeGreaterThanOrEqual(400);
  expect(functions.events('connect').waiting).toEqual([]);
});

test.each(['/other', '/prod'])(
  'a refused upgrade to %j is answered and closed, whatever the client does',
  async (path) => {
    const { http, openSockets } = await startGateway(chat);
    const socket = createConnection({
      port: Number(new URL(http).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    onTestFinished(() => void socket.destroy());
    let answer = '';
    socket.on('data', (data) => (answer += data)).on('error', () => {});
    // Neither has it the headers of a WebSocket handshake, nor does it ever hang up.
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    await expect.poll(() => answer).toMatch(/^HTTP\/1.1 40[03] .*\r\nConnection: close\r\n/s);
    await expect.poll(openSockets).toBe(0);
  },
);

test('a GET that asks for no upgrade is 426', async () => {
  const { http } = await startGateway(chat);
  expect((await fetch(`${http}/prod`)).status).toBe(426);
});

test('two WebSocket APIs are told apart by their stages', async () => {
  const beta = webSocketApi({
    apiId: 'wsapi00002',
    routes: { $connect: 'beta' },
    stage: { StageName: 'beta' },
  });
  const { url, functions } = await startGateway([...chat, ...beta]);
  await connect(url.replace('/prod', '/beta'));
  expect((await functions.events('beta').next()).requestContext).toMatchObject({
    apiId: 'wsapi00002',
    stage: 'beta',
  });
});

test('two WebSocket APIs with one stage name are an error that names both', async () => {
  const other = webSocketApi({ apiId: 'wsapi00002', routes: {} });
  await expect(startGateway([...chat, ...other])).rejects.toThrow(/wsapi00001 and wsapi00002.*"prod"/);
});
