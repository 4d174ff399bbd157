import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { unlimited } from '../setup/chat-stack.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';

let stack: RunningChat;
beforeAll(async () => {
  const allowedOrigins = 'https://www.example.com,https://chat.example.com';
  stack = await runChatHere(unlimited, { forFunctions: { allowedOrigins }, functionLogs: 'none' });
});
afterAll(() => stack?.stop());

/** Resolves to `open`, or to the status of the refusal. */
const handshake = (query: string, headers: Record<string, string>): Promise<string | number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${stack.outputs.WebSocketUrl}${query}`, { headers });
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode);
    });
    // After a refusal there is one, too.
    socket.on('error', reject);
  });

const socketIo = '?EIO=4&transport=websocket';

test.for([
  ['', 'https://chat.example.com', 'open'],
  [socketIo, 'https://www.example.com', 'open'],
  ['', 'https://example.com', 403],
  ['', 'http://www.example.com', 403],
  ['', 'https://www.example.com.attacker.example', 403],
  ['', 'null', 403],
  [socketIo, 'https://attacker.example', 403],
] as const)('a page of %s %s: %s', async ([query, origin, outcome]) => {
  expect(await handshake(query, { origin })).toBe(outcome);
});

test('a client that is no browser may connect', async () => {
  expect(await handshake('', {})).toBe('open');
});
