import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { timing } from '../../shared/timing.ts';
import { connect, createEvent, enter as enterAt, hears, textsHeardBy } from '../support/chat.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

/** Audiences that the stream serves, in chunks. test/deaths has much more that goes wrong for them, on simulated services. */
let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    { sendsPerSecond: 1_000, sendBurst: 1_000, directAudienceMax: 0, chunkConnections: 4 },
    { functionLogs: 'none' },
  );
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const newEvent = () => createEvent('Crowded', `${stack.outputs.EventsUrl}`);
const crowd = (eventId: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => enterAt(eventId, `member ${i}`, { url: url() })));

test('a client whose buffer stays full is disconnected, and has everything when it is back', async () => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 5);
  const known = stack.connections();
  const slow = await connect(url());
  const { participantToken } = await slow.join(eventId, 'slow');
  await slow.next('eventHistory');
  stack.faults.fullBuffers = stack.connections().filter((id) => !known.includes(id));
  const closed = new Promise((resolve) => slow.socket.once('close', resolve));
  const said = ['one', 'two', 'three'];
  for (const text of said) await members[0]?.say(text);
  for (const client of members) {
    await hears(client, 'three');
    expect(textsHeardBy(client)).toEqual(said);
  }
  await closed;
  const back = await connect(url());
  await back.join(eventId, 'slow', { after: 0, participantToken });
  const { messages } = await back.next('eventHistory');
  expect(messages.map(({ text }) => text)).toEqual(said);
});

test('a window that is killed while it posts: everybody hears all, in order', async () => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 10);
  const [ana] = members;
  await ana?.say('before');
  for (const client of members) await hears(client, 'before');
  const fault = { function: 'Deliver', posts: 2, times: 1 };
  stack.faults.killAfterPosts = fault;
  await Promise.all(['a', 'b', 'c'].map((text) => ana?.say(text)));
  await expect.poll(() => fault.times).toBe(0);
  // The lease of the dead ends.
  stack.clock.advance(timing.leaseMs + 1);
  await ana?.say('after');
  for (const client of members) {
    await hears(client, 'after');
    expect([...new Set(client.all('newMessage').map(({ seq }) => seq))]).toEqual([1, 2, 3, 4, 5]);
  }
});
