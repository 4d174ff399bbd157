import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { sayMany, textsOf } from '../support/sockets.ts';
import { enter, enterSocket, newEvent, unlimited } from '../support/stage.ts';

/** Socket.IO clients get in, and back in, whatever breaks on the way. */
let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start(unlimited);
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

const impatient = { reconnectionDelay: 20, reconnectionDelayMax: 100, timeout: 5_000 };

test('the first packet is tried again while the management API fails', async () => {
  Object.assign(chat.rates, { postFailed: 0.4, postRefused: 0.2 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => chat.connectSocket(impatient)));
  expect(new Set(clients.map(({ socket }) => socket.id)).size).toBe(20);
});

test('a CONNECT that can neither be answered nor refused fails aloud: the client would wait for ever', async () => {
  const client = await chat.connectPackets();
  expect(await client.next()).toMatch(/^0{/);
  chat.setManagementIsDown(true);
  // API Gateway's own frame: no packet, so that a Socket.IO client connects anew.
  expect(await client.ask('40')).toContain('Internal server error');
});

test.for([
  [1, 'with its socket open or its session stored'],
  [2, 'with both'],
] as const)('a CONNECT that dies after write %i, %s, is made again by the client', async ([writes]) => {
  const death = chat.killAfter('writes', 'websocket/default', writes);
  const ana = await chat.connectSocket(impatient);
  expect(death.times).toBe(0);
  expect(await ana.ask('ping', {})).toEqual({ ok: true });
});

test.for([
  ['before it did anything but count', 'RATE#', 1],
  ['right after it took the place of the lost connection', 'SESSION#', 1],
  ['once it changed the head', ' HEAD', 1],
  ['once it is live again', '#AUDIENCE', 2],
] as const)('a recovery that dies %s loses nothing', async ([, of, writes]) => {
  const eventId = await newEvent(chat);
  const bob = await enter(chat, eventId, 'bob');
  const ana = await enterSocket(chat, eventId, 'ana', impatient);
  const before = await sayMany(bob, 1, 'before');
  await ana.hears('newMessage');
  await ana.cut();
  const missed = await sayMany(bob, 10);
  const death = chat.killAfter('writes', 'websocket/default', writes, of);
  await ana.comeBack();
  await chat.until('the death', () => death.times === 0);
  await chat.outliveLeases();
  const after = await sayMany(bob, 3, 'after');
  await ana.hears('newMessage', { text: 'after 2' });
  expect(textsOf(ana)).toEqual([...before, ...missed, ...after]);
  expect(ana.socket.recovered).toBe(true);
  expect(bob.all('userLeft')).toEqual([]);
});

test('cut off while the management API is down, a client has missed nothing when both are back', async () => {
  const eventId = await newEvent(chat);
  const bob = await enter(chat, eventId, 'bob');
  const ana = await enterSocket(chat, eventId, 'ana', impatient);
  await ana.cut();
  chat.setManagementIsDown(true);
  for (let i = 0; i < 3; i += 1) bob.emit('sendMessage', { text: `in the dark ${i}` });
  const stored = () => chat.api<{ messages: unknown[] }>('GET', `/${eventId}/messages`);
  await chat.eventually(async () => expect((await stored()).body.messages).toHaveLength(3));
  chat.setManagementIsDown(false);
  await ana.comeBack();
  await bob.say('light');
  await ana.hears('newMessage', { text: 'light' });
  expect(textsOf(ana).sort()).toEqual(['in the dark 0', 'in the dark 1', 'in the dark 2', 'light']);
});
