import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalStack, startLocalStack } from '../../local/local-stack.ts';
import { synthesizeEchoApp } from './gateway/echo-app.ts';
import { connect, refusal } from './gateway/socket.ts';

let stack: LocalStack;
let assembly: string;
const logged: string[] = [];

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'rewrites-'));
  stack = await startLocalStack({
    assembly: synthesizeEchoApp(assembly),
    // The app has no table: nothing here may talk to a database.
    dynamodb: { endpoint: 'http://127.0.0.1:9', stop: async () => {} },
    functionLogs: 'none',
    log: (line) => logged.push(line),
    rewrites: { '/socket.io/': '/prod', '/lobby': '/rooms/blue', '/nowhere/': '/other' },
  });
});

afterAll(async () => {
  await stack?.stop();
  await rm(assembly, { recursive: true });
});

const webSocketUrl = (path: string) => stack.origin.replace('http', 'ws') + path;

test.for(['/socket.io/', '/socket.io', '/prod', '/prod/'])(
  'an upgrade at %s reaches the stage, with its query',
  async (path) => {
    const url = webSocketUrl(`${path}?EIO=4&transport=websocket&token=ada%20l`);
    const client = await connect(url, { protocols: ['echo'] });
    client.send({ action: 'echo', text: 'hello' });
    // The authorizer takes the name from the query.
    expect(await client.next()).toBe('ada l: hello');
  },
);

test('the stage decides about the upgrade', async () => {
  expect(await refusal(webSocketUrl('/socket.io/'))).toBe(401);
  expect(await refusal(webSocketUrl('/socket.io/?token=none'))).toBe(401);
  expect(await refusal(webSocketUrl('/nowhere/?token=ada'))).toBe(403);
  expect(await refusal(webSocketUrl('/socket.ios?token=ada'))).toBe(403);
});

test('a GET that asks for no upgrade is 426, as at the stage', async () => {
  expect((await fetch(`${stack.origin}/socket.io/`)).status).toBe(426);
  expect((await fetch(`${stack.origin}/prod`)).status).toBe(426);
});

test.for(['GET', 'POST'])(
  'a Socket.IO client that begins with polling is told what to do: %s',
  async (method) => {
    const answer = await fetch(`${stack.origin}/socket.io/?EIO=4&transport=polling&t=abc`, {
      method,
      headers: { Origin: 'https://chat.example' },
      ...(method === 'POST' && { body: '40' }),
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://chat.example');
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(await answer.json()).toEqual({
      code: 0,
      message: expect.stringMatching(/^Transport unknown\. .*transports: \["websocket"\]$/),
    });
  },
);

test('its preflight is answered, and the log says once what to change', async () => {
  const answer = await fetch(`${stack.origin}/prod?EIO=4&transport=polling`, {
    method: 'OPTIONS',
    headers: { Origin: 'https://chat.example', 'Access-Control-Request-Headers': 'x-own' },
  });
  expect([answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([204, 'x-own']);
  await fetch(`${stack.origin}/prod?EIO=4&transport=polling`);
  expect(logged.filter((line) => line.includes('transports: ["websocket"]'))).toHaveLength(1);
});

test('a request to an HTTP API is rewritten too', async () => {
  const response = await fetch(`${stack.origin}/lobby?size=2`);
  expect(await response.json()).toEqual({ method: 'GET', id: 'blue' });
  expect((await fetch(`${stack.origin}/lob`)).status).toBe(404);
});
