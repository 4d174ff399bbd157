import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createEvent, enter, http } from '../support/chat.ts';
import { outliveLeases } from '../support/deaths.ts';
import { PacketClient } from '../support/packet-client.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';
import { connectSocket, enterSocket, sayMany, textsOf } from '../support/sockets.ts';

/** Socket.IO clients get in, and back in, whatever breaks on the way. */
let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    { sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 },
    { functionLogs: 'none' },
  );
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const newEvent = () => createEvent('Faulty', `${stack.outputs.EventsUrl}`);
const impatient = { reconnectionDelay: 20, reconnectionDelayMax: 100, timeout: 5_000 };

test('the first packet is tried again while the management API fails', async () => {
  stack.faults.managementErrorRate = 0.4;
  stack.faults.managementThrottleRate = 0.2;
  const clients = await Promise.all(Array.from({ length: 20 }, () => connectSocket(impatient, url())));
  expect(new Set(clients.map(({ socket }) => socket.id)).size).toBe(20);
});

test('a CONNECT that can neither be answered nor refused fails aloud: the client would wait for ever', async () => {
  const client = await PacketClient.connect(`${url()}?EIO=4&transport=websocket`);
  expect(await client.next()).toMatch(/^0{/);
  stack.faults.managementErrorRate = 1;
  // API Gateway's own frame: no packet, so that a Socket.IO client connects anew.
  expect(await client.ask('40')).toContain('Internal server error');
  await client.close();
});

test.for([
  [1, 'with its socket open or its session stored'],
  [2, 'with both'],
] as const)('a CONNECT that dies after write %i, %s, is made again by the client', async ([writes]) => {
  stack.faults.killAfterWrites = { function: 'Default', writes, times: 1 };
  const ana = await connectSocket(impatient, url());
  expect(stack.faults.killAfterWrites.times).toBe(0);
  expect(await ana.ask('ping', {})).toEqual({ ok: true });
});

test.for([
  ['before it did anything but count', 'RATE#', 1],
  ['right after it took the place of the lost connection', 'SESSION#', 1],
  ['once it changed the head', ' HEAD', 1],
  ['once it is live again', '#AUDIENCE', 2],
] as const)('a recovery that dies %s loses nothing', async ([, of, writes]) => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob', { url: url() });
  const ana = await enterSocket(eventId, 'ana', { ...impatient, url: url() });
  const before = await sayMany(bob, 1, 'before');
  await ana.hears('newMessage');
  await ana.cut();
  const missed = await sayMany(bob, 10);
  stack.faults.killAfterWrites = { function: 'Default', of, writes, times: 1 };
  await ana.comeBack();
  await expect.poll(() => stack.faults.killAfterWrites?.times).toBe(0);
  await outliveLeases(stack);
  const after = await sayMany(bob, 3, 'after');
  await ana.hears('newMessage', { text: 'after 2' });
  expect(textsOf(ana)).toEqual([...before, ...missed, ...after]);
  expect(ana.socket.recovered).toBe(true);
  expect(bob.all('userLeft')).toEqual([]);
});

test('cut off while the management API is down, a client has missed nothing when both are back', async () => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob', { url: url() });
  const ana = await enterSocket(eventId, 'ana', { ...impatient, url: url() });
  await ana.cut();
  stack.faults.managementErrorRate = 1;
  for (let i = 0; i < 3; i += 1) bob.emit('sendMessage', { text: `in the dark ${i}` });
  const stored = () =>
    http<{ messages: unknown[] }>(`/${eventId}/messages`, { url: `${stack.outputs.EventsUrl}` });
  await expect.poll(async () => (await stored()).body.messages.length).toBe(3);
  stack.faults.managementErrorRate = 0;
  await ana.comeBack();
  await bob.say('light');
  await ana.hears('newMessage', { text: 'light' });
  expect(textsOf(ana).sort()).toEqual(['in the dark 0', 'in the dark 1', 'in the dark 2', 'light']);
});
