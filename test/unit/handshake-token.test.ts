import { expect, test } from 'vitest';
import { readHandshake } from '../../functions/websocket/wire/handshake-token.ts';

const echoed = { 'Sec-WebSocket-Protocol': 'live-event-chat' };

test.for<
  [offered: string | undefined, query: string | undefined, token: string | undefined, headers: object]
>([
  [undefined, undefined, undefined, {}],
  [undefined, 'q', 'q', {}],
  ['live-event-chat, t', undefined, 't', echoed],
  ['live-event-chat,t', undefined, 't', echoed],
  ['  live-event-chat  ,  t  ', undefined, 't', echoed],
  ['live-event-chat, t, more', undefined, 't', echoed],
  ['live-event-chat, t', 'q', 't', echoed],
  ['live-event-chat', 'q', 'q', echoed],
  ['live-event-chat', undefined, undefined, echoed],
  // Only the first is ours to echo: a token must never be.
  ['t, live-event-chat', undefined, undefined, {}],
  ['t, live-event-chat', 'q', 'q', {}],
  ['Live-Event-Chat, t', undefined, undefined, {}],
  ['mqtt', 'q', 'q', {}],
  ['', 'q', 'q', {}],
])('subprotocols %j and the query token %j make %j', ([offered, query, token, answerHeaders]) => {
  for (const name of ['Sec-WebSocket-Protocol', 'sec-websocket-protocol']) {
    expect(readHandshake({ Host: 'x', [name]: offered }, { token: query })).toEqual({ token, answerHeaders });
  }
});

test('a handshake without any headers has no token', () => {
  expect(readHandshake({}, {})).toEqual({ token: undefined, answerHeaders: {} });
});
