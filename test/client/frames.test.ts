import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Frame, Room } from '../../client/index.ts';
import { openChat, shows, textsIn, until } from './rooms.ts';

/** A server that says what a test wants it to say; it answers joins and pings. */
async function startServer(onRequest: (socket: WebSocket, request: Request) => void = () => {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  const sockets: WebSocket[] = [];
  const joins: unknown[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (text) => {
      const request = JSON.parse(`${text}`) as Request;
      const { action, id, data } = request;
      if (action === 'joinEvent') {
        const { eventId, username } = data as Record<string, string>;
        joins.push(data);
        const participant = { id: 'me', username, joinedAt: '2026-01-01T00:00:00.000Z' };
        const event = { id: eventId, name: 'An event', status: 'active', participantCount: 1 };
        const can = { send: true, moderate: false, operate: false };
        tell(socket, [
          { event: 'ack', id, data: { event, participant, latestSeq: 0, can } },
          {
            event: 'eventHistory',
            data: { eventId, messages: [], participants: [participant], participantCount: 1, hasMore: false },
          },
        ]);
      } else if (action === 'ping') tell(socket, { event: 'ack', id, data: {} });
      else onRequest(socket, request);
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  return { url: `ws://127.0.0.1:${port}/prod`, sockets, joins };
}

interface Request {
  action: string;
  id?: number;
  data: Record<string, unknown>;
}

const tell = (socket: WebSocket, frame: unknown) => socket.send(JSON.stringify(frame));
const message = (seq: number, more: object = {}) => ({
  id: `m${seq}`,
  eventId: 'e',
  seq,
  participant: { id: 'ben', username: 'ben' },
  text: `${seq}`,
  sentAt: '2026-01-01T00:00:00.000Z',
  ...more,
});
const heard = (seq: number) => ({ event: 'newMessage', data: message(seq) });
const ben = { id: 'ben', username: 'ben', joinedAt: '2026-01-01T00:00:00.000Z' };

async function enter(url: string, onFrame?: (frame: Frame) => void): Promise<Room> {
  const room = openChat({ url, onFrame }).join('e', { username: 'ana' });
  await until(room, 'a live room', ({ status }) => status === 'live');
  return room;
}

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

test('typing ends with a word, with a message, with leaving, and by itself', async () => {
  const { url, sockets } = await startServer();
  const room = await enter(url);
  const [socket] = sockets as [WebSocket];
  const types = async (isTyping = true) => {
    tell(socket, { event: 'userTyping', data: { eventId: 'e', participant: ben, isTyping } });
    await until(room, isTyping ? 'typing' : 'silence', ({ typing }) => typing.length === Number(isTyping));
  };
  const stops = () => until(room, 'silence', ({ typing }) => typing.length === 0);
  await types();
  await types(false);
  await types();
  tell(socket, heard(1));
  await stops();
  await types();
  tell(socket, { event: 'userLeft', data: { eventId: 'e', participantCount: 1, participant: ben } });
  await stops();
  await types();
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

test('a server that fails for good fails the message, and the next one goes', async () => {
  const { url } = await startServer((socket, { id, data }) => {
    if (data.text === 'good') {
      tell(socket, {
        event: 'ack',
        id,
        data: { message: message(1, { ...data, participant: { id: 'me' } }) },
      });
    } else tell(socket, { event: 'error', id, data: { code: 'INTERNAL', message: 'Sorry', requestId: 'r' } });
  });
  const room = await enter(url);
  const [bad, good] = [room.send('bad'), room.send('good')];
  await expect(bad).rejects.toMatchObject({ code: 'INTERNAL', details: { requestId: 'r' } });
  expect(await good).toMatchObject({ text: 'good' });
  expect(room.snapshot.messages.map(({ text, state }) => [text, state])).toEqual([
    ['good', 'sent'],
    ['bad', 'failed'],
  ]);
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
