import { expect, test } from 'vitest';
import type { LambdaEvent } from './gateway/functions.ts';
import { webSocketApi } from './gateway/resources.ts';
import { connect, refusal } from './gateway/socket.ts';
import { startGateway } from './gateway/start-gateway.ts';

const identitySource = ['route.request.querystring.token'];
const routes = { $connect: 'connect', $disconnect: 'disconnect', $default: 'default' };
const withAuthorizer = (sources = identitySource) =>
  startGateway(webSocketApi({ routes, authorizer: { function: 'authorizer', identitySource: sources } }));

const policy = (Effect: string, event: LambdaEvent) => ({
  principalId: 'ada',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: event.methodArn }],
  },
});

test('the event of a REQUEST authorizer has the shape of API Gateway', async () => {
  const { url, functions } = await withAuthorizer();
  functions.on('authorizer', (event) => policy('Allow', event));
  await connect(`${url}?token=t`);
  const event = await functions.events('authorizer').next();
  expect(event).toMatchObject({
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:us-east-1:000000000000:wsapi00001/prod/$connect',
    headers: {
      Connection: 'upgrade',
      Upgrade: 'websocket',
      'content-length': '0',
      'Sec-WebSocket-Version': '13',
    },
    multiValueHeaders: { Connection: ['upgrade'] },
    queryStringParameters: { token: 't' },
    multiValueQueryStringParameters: { token: ['t'] },
    stageVariables: {},
    requestContext: { routeKey: '$connect', eventType: 'CONNECT', stage: 'prod', apiId: 'wsapi00001' },
  });
  const connectContext = (await functions.events('connect').next()).requestContext;
  expect(connectContext.connectionId).toBe(event.requestContext.connectionId);
});

test.each([['without'], ['?token='], ['?other=t']])(
  'an upgrade without its identity source (%s) is refused with 401, the authorizer not invoked',
  async (query) => {
    const { url, functions } = await withAuthorizer();
    expect(await refusal(query === 'without' ? url : `${url}${query}`)).toBe(401);
    expect(functions.events('authorizer').waiting).toEqual([]);
  },
);

test('every identity source has to be there', async () => {
  const { url, functions } = await withAuthorizer(['route.request.header.Authorization', ...identitySource]);
  functions.on('authorizer', (event) => policy('Allow', event));
  expect(await refusal(`${url}?token=t`)).toBe(401);
  await connect(`${url}?token=t`, { headers: { authorization: 'x' } });
});

test('a policy that denies refuses the upgrade with 403, $connect not invoked', async () => {
  const { url, functions } = await withAuthorizer();
  functions.on('authorizer', (event) => policy('Deny', event));
  expect(await refusal(`${url}?token=t`)).toBe(403);
  expect(functions.events('connect').waiting).toEqual([]);
});

test('a policy for another route refuses the upgrade with 403', async () => {
  const { url, functions } = await withAuthorizer();
  functions.on('authorizer', () => policy('Allow', { methodArn: 'arn:aws:execute-api:*:*:other/*' }));
  expect(await refusal(`${url}?token=t`)).toBe(403);
});

test.each([
  ['that throws "Unauthorized"', 401, () => Promise.reject(new Error('Unauthorized'))],
  ['that throws anything else', 500, () => Promise.reject(new Error('no database'))],
  ['that returns no policy', 500, () => ({ principalId: 'ada' })],
])('an authorizer %s refuses the upgrade with %i', async (_name, status, handler) => {
  const { url, functions } = await withAuthorizer();
  functions.on('authorizer', handler);
  expect(await refusal(`${url}?token=t`)).toBe(status);
});

test('the context of an authorizer is in every later event, as text; it is asked once', async () => {
  const { url, functions } = await withAuthorizer();
  functions.on('authorizer', (event) => ({
    ...policy('Allow', event),
    context: { name: 'Ada', age: 36, isAdmin: true },
  }));
  const client = await connect(`${url}?token=t`);
  client.send('x');
  const events = [await functions.events('connect').next(), await functions.events('default').next()];
  client.webSocket.close();
  events.push(await functions.events('disconnect').next());
  const authorizer = {
    principalId: 'ada',
    integrationLatency: expect.any(Number),
    name: 'Ada',
    age: '36',
    isAdmin: 'true',
  };
  expect(events.map((event) => event.requestContext.authorizer)).toEqual([
    authorizer,
    authorizer,
    authorizer,
  ]);
  await functions.events('authorizer').next();
  expect(functions.events('authorizer').waiting).toEqual([]);
});
