import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { managementApi, payloadOf } from '../../shared/delivery/posting/management-api.ts';

/** What arrives at a management API that answers as the test says. */
let server: Server;
let requests: { request: IncomingMessage; body: string }[];
let status: number;
let credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration?: Date };
let asked: number;

const clientAt = (endpoint: string) =>
  new ApiGatewayManagementApiClient({
    endpoint,
    region: 'eu-central-1',
    credentials: async () => {
      asked += 1;
      return credentials;
    },
  });
const start = () => {
  const endpoint = `http://localhost:${(server.address() as AddressInfo).port}/prod`;
  return { endpoint, api: managementApi(endpoint, clientAt(endpoint)) };
};

beforeEach(async () => {
  [requests, status, asked] = [[], 200, 0];
  credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ request, body: Buffer.concat(chunks).toString() });
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('a post is the one of the documentation, and the SDK’s own signer would sign it the same', async () => {
  const { endpoint, api } = start();
  expect(await api.post('a/b+c=', payloadOf('{"text":"ünï"}'))).toBe(200);
  const [{ request, body } = { request: {} as IncomingMessage, body: '' }] = requests;
  expect([request.method, request.url, body]).toEqual([
    'POST',
    '/prod/@connections/a%2Fb%2Bc%3D',
    '{"text":"ünï"}',
  ]);
  const { authorization = '', connection: _, ...headers } = request.headers as Record<string, string>;
  const { config } = clientAt(endpoint);
  const signer = await config.signer({
    ...{ name: 'sigv4', signingName: 'execute-api', signingRegion: 'eu-central-1', properties: {} },
  });
  const date = headers['x-amz-date']?.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z') ?? '';
  const { hostname, port, protocol } = new URL(endpoint);
  const unsigned = {
    method: 'POST',
    hostname,
    port: Number(port),
    protocol,
    query: {},
    body: Buffer.from(body),
  };
  const signed = await signer.sign(
    { ...unsigned, path: request.url ?? '', headers } as Parameters<typeof signer.sign>[0],
    { signingDate: new Date(date) } as never,
  );
  expect(authorization).toBe(
    (signed as unknown as { headers: { authorization: string } }).headers.authorization,
  );
});

test('credentials are asked for again when they are about to expire', async () => {
  const { api } = start();
  credentials.expiration = new Date(Date.now() + 3_600_000);
  for (let i = 0; i < 3; i += 1) await api.post('c', payloadOf('x'));
  expect(asked).toBe(1);
  const old = start();
  credentials = { ...credentials, expiration: new Date(Date.now() + 1_000) };
  await old.api.post('c', payloadOf('x'));
  credentials = { ...credentials, accessKeyId: 'NEW', expiration: new Date(Date.now() + 3_600_000) };
  await expect
    .poll(() => old.api.post('c', payloadOf('x')).then(() => requests.at(-1)?.request.headers))
    .toMatchObject({
      authorization: expect.stringContaining('Credential=NEW/'),
    });
});

test('connections are kept alive', async () => {
  const { api } = start();
  for (let i = 0; i < 5; i += 1) await api.post('c', payloadOf('x'));
  expect(new Set(requests.map(({ request }) => request.socket.remotePort)).size).toBe(1);
});

test.for([410, 429, 500])('the status is the answer: %i', async (answer) => {
  const { api } = start();
  status = answer;
  expect(await api.post('c', payloadOf('x'))).toBe(answer);
});

test('no answer is a rejection', async () => {
  const { api } = start();
  server.removeAllListeners('request').on('request', (request) => request.socket.destroy());
  await expect(api.post('c', payloadOf('x'))).rejects.toThrow();
});
