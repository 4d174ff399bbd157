import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, test } from 'vitest';
import { runEdge } from './edge/run-edge.ts';
import { failure, managementClient } from './gateway/management.ts';
import { connect, refusal } from './gateway/socket.ts';

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-working-with.websockets.html
const edge = runEdge();

test.for(['/socket.io/', '/socket.io', '/prod', '/prod/'])(
  'an upgrade at %s reaches the stage, with its query',
  async (path) => {
    const client = await connect(edge.webSocketUrl(`${path}?EIO=4&transport=websocket&name=ada%20l`));
    client.send('hello');
    expect(await client.next()).toBe('back: hello');
  },
);

test('the stage decides about the upgrade', async () => {
  expect(await refusal(edge.webSocketUrl('/socket.io/'))).toBe(401);
  expect(await refusal(edge.webSocketUrl('/prod'))).toBe(401);
  expect(await refusal(edge.webSocketUrl('/production?name=ada'))).toBe(403);
  expect(await refusal(edge.webSocketUrl('/socket.ios?name=ada'))).toBe(403);
  expect(await refusal(edge.webSocketUrl('/?name=ada'))).toBe(403);
});

test('a function may refuse an upgrade', async () => {
  expect(await refusal(edge.webSocketUrl('/socket.io/?name=ada&banned=1'))).toBe(403);
  // The same path without a function.
  const client = await connect(edge.webSocketUrl('/prod?name=ada&banned=1'));
  client.send('hello');
  expect(await client.next()).toBe('back: hello');
});

test('the management API is not behind the distribution', async () => {
  const client = managementClient(edge.stack().outputs.CallbackUrl ?? '');
  expect(
    await failure(client.send(new PostToConnectionCommand({ ConnectionId: 'AAAAAAAAAAAAAAA=', Data: 'x' }))),
  ).toMatchObject({ name: 'GoneException' });
  const answer = await edge.get('/prod/@connections/AAAAAAAAAAAAAAA=', { method: 'POST', body: 'x' });
  expect(answer.status).toBe(403);
  expect(answer.headers.get('via')).toBeNull();
});

test('a GET that asks for no upgrade is 426, as at the stage', async () => {
  for (const path of ['/socket.io/', '/prod']) {
    const answer = await edge.get(path);
    expect([answer.status, answer.headers.get('upgrade')]).toEqual([426, 'websocket']);
  }
});

test.for(['GET', 'POST'])(
  'a Socket.IO client that begins with polling is told what to do: %s',
  async (method) => {
    const answer = await edge.get('/socket.io/?EIO=4&transport=polling&t=abc', {
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
  const answer = await edge.get('/prod?EIO=4&transport=polling', {
    method: 'OPTIONS',
    headers: { Origin: 'https://chat.example', 'Access-Control-Request-Headers': 'x-own' },
  });
  expect([answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([204, 'x-own']);
  await edge.get('/prod?EIO=4&transport=polling');
  expect(edge.logged.filter((line) => line.includes('transports: ["websocket"]'))).toHaveLength(1);
});
