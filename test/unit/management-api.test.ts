import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import aws4 from 'aws4';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { managementApi, payloadOf } from '../../shared/delivery/posting/management-api.ts';
import { newCertificate } from '../bench/posting/certificate.ts';

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
const start = (protocol = 'http') => {
  const endpoint = `${protocol}://localhost:${(server.address() as AddressInfo).port}/prod`;
  return { endpoint, api: managementApi(endpoint, clientAt(endpoint)) };
};

const answer: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    requests.push({ request, body: Buffer.concat(chunks).toString() });
    response.writeHead(status).end('{}');
  });
};

beforeEach(async () => {
  [requests, status, asked] = [[], 200, 0];
  credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' };
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, resolve));
});
afterEach(() => {
  vi.useRealTimers();
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

test('aws4 signs each of many posts the same, whatever they have in common', async () => {
  // aws4 goes by the clock, not by the header, when it may not change headers.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const { endpoint, api } = start();
  const payloads = ['one', 'two', 'three'].map(payloadOf);
  await Promise.all(
    payloads.flatMap((payload) => ['a=', 'b/c=', 'd%2F=', '..'].map((id) => api.post(id, payload))),
  );
  expect(new Set(requests.map(({ body, request }) => `${body} ${request.url}`)).size).toBe(12);
  for (const { request, body } of requests) {
    const { authorization, connection: _, ...headers } = request.headers as Record<string, string>;
    expect(new URL(endpoint).host).toBe(headers.host);
    const { method = '', url: path = '' } = request;
    const again = { method, path, headers, body, service: 'execute-api', region: 'eu-central-1' };
    expect(authorization).toBe(
      aws4.sign({ ...again, doNotModifyHeaders: true }, credentials).headers?.Authorization,
    );
  }
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
  for (let i = 0; i < 20; i += 1) await api.post('c', payloadOf('x'));
  // Two: whoever posts at once when an answer is there comes too early for the connection that brought it.
  expect(new Set(requests.map(({ request }) => request.socket.remotePort)).size).toBeLessThanOrEqual(2);
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

test('what was sent is not sent again when the connection breaks, not even one that was used before', async () => {
  const { api } = start();
  await api.post('c', payloadOf('x'));
  let received = 0;
  server.removeAllListeners('request').on('request', (request) => {
    received += 1;
    request.resume().on('end', () => request.socket.destroy());
  });
  await expect(api.post('c', payloadOf('x'))).rejects.toThrow();
  expect(received).toBe(1);
});

test('a connection that the server has closed is not used again', async () => {
  const { api } = start();
  await api.post('c', payloadOf('x'));
  const closed = new Promise((resolve) => requests[0]?.request.socket.once('close', resolve));
  server.closeIdleConnections();
  await closed;
  // The client has not noticed yet.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await api.post('c', payloadOf('x'))).toBe(200);
  expect(requests).toHaveLength(2);
});

test('at most 50 posts are under way, each on a connection of its own', async () => {
  const { api } = start();
  const waiting: (() => void)[] = [];
  server.removeAllListeners('request').on('request', (request, response) => {
    request.resume();
    waiting.push(() => response.end());
  });
  const posts = Array.from({ length: 60 }, () => api.post('c', payloadOf('x')));
  await expect.poll(() => waiting.length).toBe(50);
  const count = await new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));
  expect(count).toBe(50);
  for (const go of waiting) go();
  await expect.poll(() => waiting.length).toBe(60);
  for (const go of waiting.slice(50)) go();
  expect(await Promise.all(posts)).toEqual(Array(60).fill(200));
});

test('who does not answer for five seconds is given up', { timeout: 15_000 }, async () => {
  const { api } = start();
  let received = 0;
  server.removeAllListeners('request').on('request', () => {
    received += 1;
  });
  const before = Date.now();
  await expect(api.post('c', payloadOf('x'))).rejects.toThrow();
  // Undici looks at its clock twice a second.
  expect(Date.now() - before).toBeGreaterThan(4_000);
  expect(received).toBe(1);
});

test('TLS: only a server with a certificate that is trusted is posted to', async () => {
  const certificate = newCertificate();
  const [key, cert] = [readFileSync(certificate.keyFile), readFileSync(certificate.certFile)];
  certificate.remove();
  server.close();
  server = createTlsServer({ key, cert }, answer);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  await expect(start('https').api.post('c', payloadOf('x'))).rejects.toThrow('self-signed certificate');
  expect(requests).toEqual([]);
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  expect(await start('https').api.post('c', payloadOf('x'))).toBe(200);
  vi.unstubAllEnvs();
});
