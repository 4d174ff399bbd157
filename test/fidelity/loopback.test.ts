import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback, type OnRequest, type OnUpgrade } from '../../local/loopback.ts';

/** Says what it was asked for: method, path, `Upgrade`, body. */
const echo: OnRequest = async (req, res) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = `${req.method} ${req.url} ${req.headers.upgrade} ${Buffer.concat(chunks)}`;
  res.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);
};

const refused: OnUpgrade = (_req, socket) => {
  socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
};

async function start(onRequest = echo, onUpgrade = refused) {
  const server = await listenOnLoopback(0, onRequest, onUpgrade);
  onTestFinished(() => server.close());
  return server;
}

/** A raw connection that sends these lines. It never closes its own half unless the test does. */
function send(port: number, text: string): { socket: Socket; received: () => string } {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (data) => {
    received += data;
  });
  socket.on('error', () => {});
  socket.write(text);
  return { socket, received: () => received };
}

const request = (line: string, ...headers: string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;

test.for(['h2c', 'TLS/1.0', 'websockets', 'h2c, websocket'])(
  'a request with "Upgrade: %s" is answered as if it had no such header',
  async (protocol) => {
    const { port } = await start();
    const { received } = send(
      port,
      request(
        'GET /a?b=1',
        'Connection: Upgrade, HTTP2-Settings',
        `Upgrade: ${protocol}`,
        'HTTP2-Settings: AAMA',
      ),
    );
    await expect.poll(received).toMatch(/^HTTP\/1.1 200 OK.*GET \/a\?b=1 undefined $/s);
  },
);

test('an ignored upgrade keeps its body, and its connection for the next request', async () => {
  const { port } = await start();
  const upgrade = ['Connection: upgrade', 'Upgrade: h2c'];
  const { socket, received } = send(port, `${request('POST /a', ...upgrade, 'Content-Length: 9')}half`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.write(' done');
  await expect.poll(received).toMatch(/POST \/a undefined half done$/);
  socket.write(request('GET /next', ...upgrade));
  await expect.poll(received).toMatch(/GET \/next undefined $/);
  socket.write(request('GET /socket', 'Connection: upgrade', 'Upgrade: WebSocket'));
  await expect.poll(received).toMatch(/403 Forbidden/);
});

test('a listener that fails costs its own connection only', async () => {
  const { port } = await start(
    async ({ url }, res) => {
      if (url === '/fails') throw new Error('as it should');
      res.end();
    },
    () => Promise.reject(new Error('as it should')),
  );
  for (const text of [request('GET /fails'), request('GET /', 'Connection: upgrade', 'Upgrade: websocket')]) {
    const { socket } = send(port, text);
    await new Promise((resolve) => socket.once('close', resolve).once('end', () => socket.end()));
  }
  expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
});

test('a connection that is reset while its upgrade is decided costs nothing else', async () => {
  let decide = () => {};
  const { port } = await start(echo, async (_req, socket) => {
    await new Promise<void>((resolve) => (decide = resolve));
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const { socket } = send(port, request('GET /', 'Connection: upgrade', 'Upgrade: websocket'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  decide();
  expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
});

test('close does not wait for clients whose upgrade is undecided, or who never hang up', async () => {
  const undecided = await start(echo, () => {});
  const hanging = await start();
  const upgrade = request('GET /', 'Connection: upgrade', 'Upgrade: websocket');
  send(undecided.port, upgrade);
  const { received } = send(hanging.port, upgrade);
  await expect.poll(received).toMatch(/403/);
  await Promise.all([undecided.close(), hanging.close()]);
});
