import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { impatientClient } from './bundle.ts';
import { shows, textsIn, until } from './rooms.ts';
import { ben, enterServer, heard, message, startServer, tell } from './server.ts';

const quick = {
  ...{ TYPING_LASTS_MS: 300, TYPING_EVERY_MS: 300, TYPING_STOPS_MS: 400 },
  ...{ REACTING_MS: 200, RETRY_MS: 20, BACKOFF_MAX_MS: 100 },
};
const client = await impatientClient(quick);
const enter = (url: string) => enterServer(url, { client });

test('several events in one frame are one change, in their order', async () => {
  const { url, sockets } = await startServer();
  const room = await enter(url);
  let changes = 0;
  room.subscribe(() => {
    changes += 1;
  });
  const before = room.snapshot;
  const presence = { eventId: 'e', participantCount: 2 };
  tell(sockets[0] as WebSocket, [
    { event: 'userJoined', data: { ...presence, participant: ben } },
    { event: 'userJoined', data: { ...presence, participants: [{ ...ben, id: 'carl', username: 'carl' }] } },
    { event: 'userTyping', data: { eventId: 'e', participant: ben, isTyping: true } },
    heard(1),
    heard(1),
    heard(3),
    { event: 'messageDeleted', data: { eventId: 'e', seq: 1, id: 'm1' } },
    { event: 'userLeft', data: { ...presence, participant: { ...ben, id: 'carl' } } },
    { event: 'newMessage', data: { ...message(9), eventId: 'another' } },
  ]);
  await shows(room, '3');
  expect(changes).toBe(1);
  expect(before.messages).toEqual([]);
  expect(room.snapshot).toMatchObject({ participantCount: 2, typing: [] });
  expect(room.snapshot.participants.map(({ id }) => id)).toEqual(['me', 'ben']);
});

test.for([
  // Not before the test has failed.
  ['with a word, with a message, with leaving', 120_000],
  ['by itself', 300],
] as const)('typing ends %s', async ([, TYPING_LASTS_MS]) => {
  const { url, sockets } = await startServer();
  const room = await enterServer(url, { client: await impatientClient({ TYPING_LASTS_MS }) });
  const [socket] = sockets as [WebSocket];
  const types = async (isTyping = true) => {
    tell(socket, { event: 'userTyping', data: { eventId: 'e', participant: ben, isTyping } });
    await until(room, isTyping ? 'typing' : 'silence', ({ typing }) => typing.length === Number(isTyping));
  };
  const stops = () => until(room, 'silence', ({ typing }) => typing.length === 0);
  await types();
  if (TYPING_LASTS_MS < 1_000) return void (await stops());
  await types(false);
  await types();
  tell(socket, heard(1));
  await stops();
  await types();
  tell(socket, { event: 'userLeft', data: { eventId: 'e', participantCount: 1, participant: ben } });
  await stops();
});

test('own typing is told rarely, and its end', async () => {
  const told: unknown[] = [];
  const { url } = await startServer((socket, { action, id, data }) => {
    if (action === 'typing') told.push(data.isTyping);
    else
      tell(socket, {
        event: 'ack',
        id,
        data: { message: message(1, { ...data, participant: { id: 'me' } }) },
      });
  });
  const { type, send } = await enter(url);
  for (let i = 0; i < 20; i += 1) type();
  await send('hello');
  type();
  await expect.poll(() => told).toEqual([true, false, true, false]);
});

test('an answer without a name is of the oldest request, which is made again', async () => {
  let failures = 2;
  const { url } = await startServer((socket, { id, data }) => {
    failures -= 1;
    const text = '{"message": "Internal server error", "connectionId":"c", "requestId":"r"}';
    if (failures >= 0) socket.send(text);
    else
      tell(socket, {
        event: 'ack',
        id,
        data: { message: message(1, { ...data, participant: { id: 'me' } }) },
      });
  });
  const room = await enter(url);
  expect(await room.send('hello')).toMatchObject({ seq: 1 });
  expect(textsIn(room)).toEqual(['hello']);
});

test('a function that dies right behind the history of a join may have left us out: the room joins again', async () => {
  const { url, sockets, joins } = await startServer();
  const room = await enter(url);
  const [socket] = sockets as [WebSocket];
  tell(socket, heard(1));
  socket.send('{"message": "Internal server error", "connectionId":"c", "requestId":"r"}');
  await expect.poll(() => joins).toHaveLength(2);
  expect(joins[1]).toMatchObject({ eventId: 'e', username: 'ana', after: 1 });
  await shows(room, '1');
  expect(room.snapshot.status).toBe('live');
});

test('a history that nobody waits for, of a join that was made twice, brings what it has', async () => {
  const { url, sockets } = await startServer();
  const room = await enter(url);
  const [socket] = sockets as [WebSocket];
  tell(socket, heard(1));
  const presence = { participants: [ben], participantCount: 1 };
  const page = { messages: [message(1), message(2)], hasMore: false };
  tell(socket, { event: 'eventHistory', data: { eventId: 'e', ...presence, ...page } });
  tell(socket, heard(3));
  await shows(room, '1', '2', '3');
});

test.for([
  ['the ack is first', true],
  ['its newMessage is first', false],
] as const)('a message is shown once when %s, also when it comes again', async ([, isAckFirst]) => {
  const { url } = await startServer((socket, { id, data }) => {
    const own = message(2, { ...data, participant: { id: 'me', username: 'ana' } });
    const ack = { event: 'ack', id, data: { message: own } };
    const told = { event: 'newMessage', data: own };
    for (const frame of isAckFirst ? [ack, heard(1), told, told] : [heard(1), told, ack, told])
      tell(socket, frame);
  });
  const room = await enter(url);
  const sent = room.send('hello');
  const [{ key }] = room.snapshot.messages as unknown as [{ key: string }];
  expect(await sent).toMatchObject({ seq: 2 });
  await shows(room, '1', 'hello');
  expect(room.snapshot.messages.map((one) => [one.key, one.state])).toEqual([
    ['m1', 'sent'],
    [key, 'sent'],
  ]);
});

const sorry = { code: 'INTERNAL', message: 'Sorry', requestId: 'r' };

test('a server that fails for long is asked until it has the message, and then for the next one', async () => {
  const asked: unknown[] = [];
  const { url } = await startServer((socket, { id, data }) => {
    asked.push(data.text);
    const own = message(asked.length, { ...data, participant: { id: 'me' } });
    if (asked.length <= 8) tell(socket, { event: 'error', id, data: sorry });
    else tell(socket, { event: 'ack', id, data: { message: own } });
  });
  const room = await enter(url);
  const [first, second] = [room.send('first'), room.send('second')];
  expect(await first).toMatchObject({ text: 'first' });
  expect(await second).toMatchObject({ text: 'second' });
  expect(asked).toEqual([...Array(9).fill('first'), 'second']);
  await shows(room, 'first', 'second');
});

test('whoever leaves a room whose server fails does not wait for it', async () => {
  const { url } = await startServer((socket, { id }) => tell(socket, { event: 'error', id, data: sorry }));
  const room = await enter(url);
  const sent = room.send('hello');
  await room.leave();
  await expect(sent).rejects.toMatchObject({ code: 'NOT_JOINED' });
  expect(room.snapshot.messages).toMatchObject([{ text: 'hello', state: 'failed' }]);
});

test('a page of history that the server fails five times is read over HTTP', async () => {
  let asked = 0;
  const { url } = await startServer(
    (socket, { id }) => {
      asked += 1;
      tell(socket, { event: 'error', id, data: sorry });
    },
    { messages: [message(2)], hasMore: true },
  );
  const read: string[] = [];
  const fetch = async (address: unknown) => {
    read.push(`${address}`);
    return Response.json({ messages: [message(1)], hasMore: false });
  };
  const room = await enterServer(url, { client, fetch: fetch as typeof globalThis.fetch });
  await room.loadOlder();
  expect([asked, read]).toEqual([5, [expect.stringMatching(/\/api\/events\/e\/messages\?before=2$/)]]);
  await shows(room, '1', '2');
});

test('whatever a network brings, nothing is thrown and the room goes on', async () => {
  const faults: unknown[] = [];
  const note = (fault: unknown) => faults.push(fault);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  onTestFinished(() => void process.off('uncaughtException', note).off('unhandledRejection', note));
  const { url, sockets } = await startServer();
  const room = await enter(url);
  const names = [
    'newMessage',
    'userJoined',
    'userLeft',
    'userTyping',
    'messageDeleted',
    'eventUpdated',
    'ack',
  ];
  const frame = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({
        event: fc.constantFrom(...names, 'error', 'somethingNew', 'toString', '__proto__'),
        id: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
        data: fc.oneof(fc.jsonValue(), fc.record({ eventId: fc.constant('e'), messages: fc.jsonValue() })),
      })
      .map((value) => JSON.stringify(value)),
  );
  let seq = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(frame), async (frames) => {
      for (const text of frames) sockets.at(-1)?.send(text);
      seq += 1;
      tell(sockets.at(-1) as WebSocket, heard(seq));
      await until(room, 'the next message', () => textsIn(room).includes(`${seq}`));
    }),
    { numRuns: 50 },
  );
  expect(room.snapshot.status).toBe('live');
  expect(faults).toEqual([]);
});

test('taps within a second are one request for each reaction, of at most ten', async () => {
  const told: unknown[] = [];
  const { url } = await startServer((_, { action, data }) => told.push([action, data.reaction, data.count]));
  const { react } = await enter(url);
  for (let i = 0; i < 14; i += 1) react('👍');
  react('🔥');
  react('🔥');
  await expect
    .poll(() => told.splice(0))
    .toEqual([
      ['react', '👍', 10],
      ['react', '🔥', 2],
    ]);
  react('👍');
  await expect.poll(() => told).toEqual([['react', '👍', 1]]);
});

test('reactions are shown as the newest count says', async () => {
  const { url, sockets } = await startServer();
  const room = await enter(url);
  expect(room.snapshot.reactions).toEqual({});
  const reactions = (counts: object, totals: object) =>
    tell(sockets[0] as WebSocket, { event: 'reactions', data: { eventId: 'e', counts, totals } });
  reactions({ '👍': 2 }, { '👍': 5 });
  reactions({ '👍': 1, '🔥': 1 }, { '👍': 6, '🔥': 1 });
  await until(room, 'both', ({ reactions: { '👍': thumbs, '🔥': fire } }) => thumbs === 6 && fire === 1);
});

test('whoever is muted may send again when that is over, or was taken back', async () => {
  const { url, sockets } = await startServer();
  const room = await enter(url);
  const [socket] = sockets as [WebSocket];
  const mute = (seconds: number) =>
    tell(socket, { event: 'muted', data: { eventId: 'e', seconds, reason: 'Enough.' } });
  mute(1);
  await until(room, 'silence', ({ can, mutedUntil }) => !can.send && mutedUntil !== undefined);
  expect(room.snapshot.error).toMatchObject({ code: 'MUTED', reason: 'Enough.' });
  await until(room, 'its end', ({ can, mutedUntil, error }) => can.send && !mutedUntil && !error);
  mute(86_400);
  await until(room, 'silence', ({ can }) => !can.send);
  const event = { id: 'e', name: 'Changed', status: 'active', participantCount: 1 };
  tell(socket, { event: 'eventUpdated', data: { event } });
  await until(room, 'the change', (snapshot) => snapshot.event?.name === 'Changed');
  expect(room.snapshot.can.send).toBe(false);
  tell(socket, { event: 'unmuted', data: { eventId: 'e' } });
  await until(room, 'the pardon', ({ can }) => can.send);
});

test.for([
  ['MUTED', { retryAfterMs: 60_000 }],
  ['MESSAGE_REJECTED', { reason: 'word' }],
])('a message that is %s fails at once, and is not tried again by itself', async ([code, details]) => {
  let asked = 0;
  const { url } = await startServer((socket, { id }) => {
    asked += 1;
    tell(socket, { event: 'error', id, data: { code, message: 'No', ...(details as object) } });
  });
  const room = await enter(url);
  await expect(room.send('hello')).rejects.toMatchObject({ code, details });
  expect(room.snapshot.messages).toMatchObject([
    { state: 'failed', error: { code, ...(details as object) } },
  ]);
  expect(room.snapshot.can.send).toBe(code !== 'MUTED');
  expect(asked).toBe(1);
});

test('a message waits for the end of a mute that is about to end', async () => {
  let refusals = 1;
  const { url } = await startServer((socket, { id, data }) => {
    refusals -= 1;
    if (refusals >= 0)
      tell(socket, { event: 'error', id, data: { code: 'MUTED', message: 'No', retryAfterMs: 300 } });
    else tell(socket, { event: 'ack', id, data: { message: message(1, { ...data }) } });
  });
  const room = await enter(url);
  expect(await room.send('hello')).toMatchObject({ seq: 1 });
  await until(room, 'the end of the mute', ({ can }) => can.send);
});

test('a reply shows what it answers until that is deleted, whichever comes first', async () => {
  const { url, sockets } = await startServer((socket, { id, data: { replyTo: _, ...data } }) =>
    tell(socket, { event: 'ack', id, data: { message: message(9, data) } }),
  );
  const room = await enter(url);
  const [socket] = sockets as [WebSocket];
  const quote = (seq: number) => ({ seq, participant: { id: 'ben', username: 'ben' }, text: `${seq}` });
  const reply = (seq: number, to: number) => ({
    event: 'newMessage',
    data: message(seq, { replyTo: quote(to) }),
  });
  tell(socket, [heard(1), heard(2), reply(3, 1), reply(4, 2)]);
  await shows(room, '1', '2', '3', '4');
  tell(socket, [{ event: 'messageDeleted', data: { eventId: 'e', seq: 1, id: 'm1' } }, reply(5, 1)]);
  await shows(room, '2', '3', '4', '5');
  expect(room.snapshot.messages.map(({ replyTo }) => replyTo?.text)).toEqual([undefined, '', '2', '']);
  void room.send('an answer', { replyTo: 2, metadata: { colour: 'red' } });
  expect(room.snapshot.messages.at(-1)).toMatchObject({
    state: 'sending',
    replyTo: quote(2),
    metadata: { colour: 'red' },
  });
});
