import { get, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { httpApi, webSocketApi } from './gateway/resources.ts';
import { startGateway } from './gateway/start-gateway.ts';

const anything = httpApi({ routes: { $default: 'any' } });

test('the event of payload format 2.0 has the shape of API Gateway', async () => {
  const { http, origin, functions } = await startGateway(httpApi({ routes: { 'POST /rooms/{id}': 'any' } }));
  await fetch(`${http}/rooms/a%20b?x=1&x=2&y=%20`, {
    method: 'POST',
    headers: { 'User-Agent': 'test', 'Content-Type': 'application/json', 'X-Own': 'A', Cookie: 'a=1; b=2' },
    body: '{"hello":"wörld"}',
  });
  const event = await functions.events('any').next();
  const { host } = new URL(origin);
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'POST /rooms/{id}',
    rawPath: '/rooms/a b',
    rawQueryString: 'x=1&x=2&y=%20',
    cookies: ['a=1', 'b=2'],
    headers: {
      accept: '*/*',
      'accept-encoding': expect.any(String),
      'accept-language': '*',
      'content-length': '18',
      'content-type': 'application/json',
      host: new URL(http).host,
      'sec-fetch-mode': 'cors',
      'user-agent': 'test',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': new URL(http).port,
      'x-forwarded-proto': 'http',
      'x-own': 'A',
    },
    queryStringParameters: { x: '1,2', y: ' ' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'httpapi001',
      domainName: host,
      domainPrefix: host.split('.')[0],
      http: {
        method: 'POST',
        path: '/rooms/a b',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: expect.stringMatching(/^[\w-]{15}=$/),
      routeKey: 'POST /rooms/{id}',
      stage: '$default',
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    },
    pathParameters: { id: 'a b' },
    body: '{"hello":"wörld"}',
    isBase64Encoded: false,
  });
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a client may call parameters and headers %s',
  async (name) => {
    const { http, functions } = await startGateway(anything);
    // Not fetch, which does not send every one of them as a header.
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      get(`${http}/?${name}=x&${name}=y`, { headers: { [name]: 'z' } }, resolve).on('error', reject),
    );
    answer.resume();
    expect(answer.statusCode).toBe(200);
    const event = await functions.events('any').next();
    expect(Object.entries(event.queryStringParameters)).toEqual([[name, 'x,y']]);
    expect(Object.entries(event.headers)).toContainEqual([name.toLowerCase(), 'z']);
  },
);

test('what is empty is absent from the event', async () => {
  const { http, functions } = await startGateway(anything);
  await fetch(http);
  const event = await functions.events('any').next();
  expect(Object.keys(event).sort()).toEqual([
    'headers',
    'isBase64Encoded',
    'rawPath',
    'rawQueryString',
    'requestContext',
    'routeKey',
    'version',
  ]);
  expect(event).toMatchObject({ rawPath: '/', rawQueryString: '', routeKey: '$default' });
});

// From the least specific to the most: their order in the template does not count.
const routeKeys = [
  '$default',
  'ANY /{proxy+}',
  'GET /pets/{proxy+}',
  'ANY /pets/{id}',
  'GET /pets/{id}',
  'GET /pets/dog',
];

test.each([
  ['GET', '/pets/dog', 'GET /pets/dog', undefined],
  ['GET', '/pets/cat', 'GET /pets/{id}', { id: 'cat' }],
  ['POST', '/pets/dog', 'ANY /pets/{id}', { id: 'dog' }],
  ['GET', '/pets/dog/1', 'GET /pets/{proxy+}', { proxy: 'dog/1' }],
  ['GET', '/pets/a%2Fb', 'GET /pets/{proxy+}', { proxy: 'a/b' }],
  ['PUT', '/pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
  ['GET', '/', '$default', undefined],
])('%s %s goes to %s', async (method, path, routeKey, pathParameters) => {
  const routes = Object.fromEntries(routeKeys.map((key) => [key, 'any']));
  const { http, functions } = await startGateway(httpApi({ routes }));
  await fetch(`${http}${path}`, { method });
  const event = await functions.events('any').next();
  expect(event.routeKey).toBe(routeKey);
  expect(event.pathParameters).toEqual(pathParameters);
});

test('a request without a route is 404 {"message":"Not Found"}', async () => {
  const { http } = await startGateway(httpApi({ routes: { 'GET /pets': 'any' } }));
  for (const [method, path] of [['GET', '/other'] as const, ['POST', '/pets'] as const]) {
    const response = await fetch(`${http}${path}`, { method });
    expect([response.status, await response.text()]).toEqual([404, '{"message":"Not Found"}']);
  }
});

test('a stage other than $default is the first segment of the path', async () => {
  const beta = httpApi({
    apiId: 'httpapi002',
    routes: { 'GET /pets': 'beta' },
    stage: { StageName: 'beta' },
  });
  const { http, functions } = await startGateway([...anything, ...beta]);
  await fetch(`${http}/beta/pets`);
  const event = await functions.events('beta').next();
  expect(event).toMatchObject({
    routeKey: 'GET /pets',
    requestContext: { apiId: 'httpapi002', stage: 'beta' },
  });
  for (const path of ['/pets', '/$default/pets']) {
    await fetch(`${http}${path}`);
    expect(await functions.events('any').next()).toMatchObject({
      rawPath: path,
      requestContext: { apiId: 'httpapi001' },
    });
  }
});

test('a path that no API serves is left to others', async () => {
  const { http } = await startGateway(webSocketApi({ routes: {} }));
  // The test's server answers 599 to what the gateway does not take.
  expect((await fetch(`${http}/anything`)).status).toBe(599);
});

test('a response has the status, headers, cookies and body that the Lambda returned', async () => {
  const { http, functions } = await startGateway(anything);
  functions.on('any', () => ({
    statusCode: 201,
    headers: { 'Content-Type': 'text/html', 'X-Own': 'A' },
    cookies: ['a=1; HttpOnly', 'b=2'],
    body: '<p>hello</p>',
  }));
  const response = await fetch(http);
  expect(response.status).toBe(201);
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(response.headers.get('x-own')).toBe('A');
  expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
  expect(response.headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  expect(await response.text()).toBe('<p>hello</p>');
});

test.each([
  ['an object', { hello: 'world' }, '{"hello":"world"}'],
  ['a text', 'hello', 'hello'],
  ['an array', [1, 2], '[1,2]'],
])('%s without a statusCode is taken for a JSON body with status 200', async (_name, result, body) => {
  const { http, functions } = await startGateway(anything);
  functions.on('any', () => result);
  const response = await fetch(http);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe(body);
});

test('a response body in base64 is decoded', async () => {
  const { http, functions } = await startGateway(anything);
  functions.on('any', () => ({
    statusCode: 200,
    isBase64Encoded: true,
    body: Buffer.from([0, 255]).toString('base64'),
  }));
  expect([...new Uint8Array(await (await fetch(http)).arrayBuffer())]).toEqual([0, 255]);
});

test.each([
  ['application/json; charset=utf-8', false],
  ['text/csv', false],
  ['application/xml', false],
  ['application/octet-stream', true],
  ['application/x-www-form-urlencoded', true],
])('a request body of %s comes in base64: %j', async (type, isBase64Encoded) => {
  const { http, functions } = await startGateway(anything);
  await fetch(http, { method: 'POST', headers: { 'Content-Type': type }, body: 'a=b' });
  const event = await functions.events('any').next();
  expect(event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? 'YT1i' : 'a=b' });
});

test.each([
  ['throws', () => Promise.reject(new Error('no database'))],
  ['returns a status that is none', () => ({ statusCode: 'fine' })],
  ['returns a header that is none', () => ({ statusCode: 200, headers: { 'X-Own': 'a\r\nb' } })],
  ['returns a body that is no text', () => ({ statusCode: 200, body: { hello: 'world' } })],
])('a Lambda that %s is 500 {"message":"Internal Server Error"}', async (_name, handler) => {
  const { http, functions } = await startGateway(anything);
  functions.on('any', handler);
  const response = await fetch(http);
  expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
});

test('a Lambda that takes 30 s is 503', async () => {
  const { http, functions, clock } = await startGateway(anything);
  functions.on('any', () => new Promise(() => {}));
  const responding = fetch(http);
  await functions.events('any').next();
  clock.advance(30_000);
  expect((await responding).status).toBe(503);
});

test('a request of 10 MB is taken, a larger one is 413 and invokes nothing', async () => {
  const { http, functions } = await startGateway(anything);
  const post = async (bytes: number) =>
    (await fetch(http, { method: 'POST', body: Buffer.alloc(bytes) })).status;
  expect(await post(10_485_761)).toBe(413);
  expect(functions.events('any').waiting).toEqual([]);
  expect(await post(10_485_760)).toBe(200);
});

test('requests over the limit of the stage are 429', async () => {
  const stage = { DefaultRouteSettings: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } };
  const { http, clock } = await startGateway(httpApi({ routes: { $default: 'any' }, stage }));
  const status = async () => (await fetch(http)).status;
  expect([await status(), await status()]).toEqual([200, 429]);
  clock.advance(1_000);
  expect(await status()).toBe(200);
});

test('an IAM route is open, and the log says so once', async () => {
  const iam = { 'POST /rooms': { function: 'any', AuthorizationType: 'AWS_IAM' } };
  const { http, logged } = await startGateway(httpApi({ routes: iam }));
  for (let i = 0; i < 2; i++) expect((await fetch(`${http}/rooms`, { method: 'POST' })).status).toBe(200);
  expect(logged).toEqual(['routes with IAM authorization are open: signatures are not enforced locally']);
});

test('a JWT route without a token is 401 {"message":"Unauthorized"} and invokes nothing', async () => {
  const jwt = { 'GET /me': { function: 'any', AuthorizationType: 'JWT', AuthorizerId: 'httpapi001-jwt' } };
  const { http, functions } = await startGateway(httpApi({ routes: jwt }));
  const response = await fetch(`${http}/me`);
  expect([response.status, await response.text()]).toEqual([401, '{"message":"Unauthorized"}']);
  expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
  expect(functions.events('any').waiting).toEqual([]);
});

test('a JWT route with a token has its claims in the event as text; the log says that it is not verified', async () => {
  const jwt = { 'GET /me': { function: 'any', AuthorizationType: 'JWT', AuthorizerId: 'httpapi001-jwt' } };
  const { http, functions, logged } = await startGateway(httpApi({ routes: jwt }));
  const claims = Buffer.from(JSON.stringify({ sub: 'ada', exp: 1_800_000_000 })).toString('base64url');
  await fetch(`${http}/me`, { headers: { Authorization: `Bearer header.${claims}.signature` } });
  const { authorizer } = (await functions.events('any').next()).requestContext;
  expect(authorizer.jwt.claims).toEqual({ sub: 'ada', exp: '1800000000' });
  expect(logged).toEqual(['Tokens of JWT authorizers are not verified locally: any token is taken']);
});
