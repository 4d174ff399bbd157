import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { TestProject } from 'vitest/node';
import stage from '../setup/stage.ts';

afterEach(() => void vi.unstubAllEnvs());

/** What the tests of a deployed stage are given, with these variables. */
async function provided(variables: Record<string, string>): Promise<Record<string, unknown>> {
  for (const name of ['OPERATOR_TOKEN', 'USER_TOKEN', 'TOKEN_URL', 'TOKEN_SCOPE', 'TOKEN_AUDIENCE'])
    vi.stubEnv(name, '');
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const values: Record<string, unknown> = {};
  const provide = (name: string, value: unknown) => {
    values[name] = value;
  };
  await stage({ provide } as unknown as TestProject);
  return values;
}

test('without an issuer there are no tokens', async () => {
  const variables = { CHAT_URL: 'wss://a/prod', EVENTS_URL: 'https://b/api/events' };
  expect(await provided(variables)).toEqual({
    ...{ isDeployed: true, chatUrl: 'wss://a/prod', eventsUrl: 'https://b/api/events' },
    ...{ operatorToken: '', userToken: '' },
  });
});

test('tokens of the environment are taken as they are', async () => {
  expect(
    await provided({ OPERATOR_TOKEN: 'op', USER_TOKEN: 'us', TOKEN_URL: 'http://127.0.0.1:9' }),
  ).toMatchObject({
    ...{ operatorToken: 'op', userToken: 'us' },
  });
});

test('a client gets a token by its credentials', async () => {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { authorization = '' } = request.headers;
    asked.push([Buffer.from(authorization.slice('Basic '.length), 'base64').toString(), body]);
    const isKnown = asked.length === 1;
    response
      .writeHead(isKnown ? 200 : 401)
      .end(isKnown ? '{"access_token":"op"}' : '{"error":"invalid_client"}');
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const variables = {
    ...{
      TOKEN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
      TOKEN_AUDIENCE: 'chat',
    },
    ...{ CLIENT_ID: 'smoke:test', CLIENT_SECRET: 's/cret' },
  };
  expect(await provided(variables)).toMatchObject({ operatorToken: 'op' });
  expect(asked).toEqual([
    ['smoke%3Atest:s%2Fcret', 'grant_type=client_credentials&scope=chat%3Aoperate&audience=chat'],
  ]);
  await expect(provided(variables)).rejects.toThrow('was answered with 401: {"error":"invalid_client"}');
});
