import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type LocalStack, startLocalStack } from '../../local/local-stack.ts';
import { synthesizeEchoApp } from './gateway/echo-app.ts';
import { failure, managementClient } from './gateway/management.ts';
import { connect, refusal } from './gateway/socket.ts';

// A CDK app with real constructs and real intrinsic functions, run as a whole.
let stack: LocalStack;
let assembly: string;

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'echo-app-'));
  // The app has no table: nothing here may talk to a database.
  const dynamodb = { endpoint: 'http://127.0.0.1:9', stop: async () => {} };
  stack = await startLocalStack({ assembly: synthesizeEchoApp(assembly), dynamodb, functionLogs: 'none' });
});

afterAll(async () => {
  await stack?.stop();
  await rm(assembly, { recursive: true });
});

const output = (name: string): string => stack.outputs[name] ?? '';
const open = (token: string) => connect(`${output('Url')}?token=${token}`, { protocols: ['echo'] });

test('the URLs in the outputs of the app are those of the local stack', () => {
  expect(output('Url')).toBe(`${stack.origin.replace('http', 'ws')}/prod`);
  expect(output('CallbackUrl')).toBe(`${stack.origin}/prod`);
  expect(output('RoomsUrl')).toBe(stack.origin);
});

test('the authorizer and $connect of the app decide the upgrade', async () => {
  expect(await refusal(output('Url'))).toBe(401);
  expect(await refusal(`${output('Url')}?token=none`)).toBe(401);
  const client = await open('ada');
  expect(client.webSocket.protocol).toBe('echo');
});

test('a two-way route of the app answers, with the context of the authorizer', async () => {
  const client = await open('ada');
  client.send({ action: 'echo', text: 'hello' });
  expect(await client.next()).toBe('ada: hello');
});

test('a function of the app that throws is the Internal server error frame', async () => {
  const client = await open('ada');
  client.send({ action: 'fail' });
  expect(await client.next()).toMatch(/^\{"message": "Internal server error", "connectionId":"/);
});

test('a message without a route of the app is the Forbidden frame', async () => {
  const client = await open('ada');
  client.send({ action: 'unheard' });
  expect(await client.next()).toMatch(/^\{"message": "Forbidden", "connectionId":"/);
});

test('a function that was granted the management API posts through its callback URL', async () => {
  const client = await open('ada');
  client.send({ action: 'post', text: 'from the function' });
  expect(await client.next()).toBe('from the function');
});

test('a function posts to the https endpoint that its event names', async () => {
  const client = await open('ada');
  client.send({ action: 'reply', text: 'by the domain name' });
  expect(await client.next()).toBe('by the domain name');
});

test('a function that was granted nothing gets ForbiddenException', async () => {
  const client = await open('ada');
  client.send({ action: 'outsider', text: 'never seen' });
  expect(await client.next()).toBe('ForbiddenException');
});

test('a function that posts to a connection that is gone gets GoneException', async () => {
  const client = await open('ada');
  client.send({ action: 'post', to: 'L0SM9cOFvHcCIhw=', text: 'never seen' });
  expect(await client.next()).toBe('GoneException');
});

test('the SDK of the developer reaches the connections of the app', async () => {
  const before = new Set(stack.connections());
  const client = await open('ada');
  const [ConnectionId] = stack.connections().filter((id) => !before.has(id));
  const management = managementClient(output('CallbackUrl'));
  await management.send(new PostToConnectionCommand({ ConnectionId, Data: 'from outside' }));
  expect(await client.next()).toBe('from outside');
  const unknown = management.send(new GetConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=' }));
  expect(await failure(unknown)).toMatchObject({ name: 'GoneException' });
});

test('the HTTP API of the app answers, with its CORS configuration', async () => {
  const response = await fetch(`${output('RoomsUrl')}/rooms/blue`, {
    headers: { Origin: 'https://chat.example' },
  });
  expect(await response.json()).toEqual({ method: 'GET', id: 'blue' });
  expect(response.headers.get('access-control-allow-origin')).toBe('https://chat.example');
  expect((await fetch(`${output('RoomsUrl')}/other`)).status).toBe(404);
});

test('a request that offers h2c, as Java and curl --http2 do, is answered', async () => {
  const headers = {
    Connection: 'Upgrade, HTTP2-Settings',
    Upgrade: 'h2c',
    'HTTP2-Settings': 'AAMAAABkAAQAAP__',
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`${output('RoomsUrl')}/rooms/blue`, { headers })
      .on('response', resolve)
      .on('error', reject),
  );
  expect([answer.statusCode, await json(answer)]).toEqual([200, { method: 'GET', id: 'blue' }]);
});

test('a function posts to the endpoint that an API has on AWS, which is this machine here', async () => {
  const other = await startLocalStack({
    assembly,
    dynamodb: { endpoint: 'http://127.0.0.1:9', stop: async () => {} },
    functionLogs: 'none',
    apiGateway: { domainName: (apiId) => `${apiId}.execute-api.us-east-1.amazonaws.com` },
  });
  onTestFinished(() => other.stop());
  const client = await connect(`${other.outputs.Url}?token=ada`, { protocols: ['echo'] });
  client.send({ action: 'reply', text: 'by the domain name of AWS' });
  expect(await client.next()).toBe('by the domain name of AWS');
});
