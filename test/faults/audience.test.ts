import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { noFaults } from '../../local/faults.ts';
import { connect, createEvent, enter as enterAt, hears, http, textsHeardBy } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { outliveLeases } from '../support/deaths.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

/**
 * Audiences that the stream serves, in chunks: one from the window's Lambda, the others from `post` workers. Everything
 * goes wrong that can.
 */
let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    {
      sendsPerSecond: 1_000,
      sendBurst: 1_000,
      joinsPerSecond: 1_000,
      joinBurst: 1_000,
      directAudienceMax: 0,
      chunkConnections: 4,
    },
    { functionLogs: 'none' },
  );
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const newEvent = () => createEvent('Crowded', `${stack.outputs.EventsUrl}`);
const enter = (eventId: string, username: string) =>
  enterAt(eventId, username, { url: `${stack.outputs.WebSocketUrl}` });
const crowd = (eventId: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => enter(eventId, `member ${i}`)));
const countOf = async (eventId: string) =>
  (await http(`/${eventId}`, { url: `${stack.outputs.EventsUrl}` })).body.participantCount;
/** The first time that each message came. */
const seqs = (client: ChatClient) => [...new Set(client.all('newMessage').map((message) => message.seq))];
const frames = (client: ChatClient) => client.frames.filter((frame) => frame.includes('"newMessage"')).length;
const ascending = (numbers: number[]) => [...numbers].sort((a, b) => a - b);

test('60 members, a third gone without a word: the others hear 10 of 10, and the ghosts leave the count', async () => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 60);
  stack.faults.dropDisconnect = 1;
  const [ghosts, living] = [members.slice(0, 20), members.slice(20)];
  for (const ghost of ghosts) ghost.vanish();
  const said = Array.from({ length: 10 }, (_, i) => `message ${i}`);
  for (const text of said) await living[0]?.say(text);
  for (const client of living) {
    await hears(client, 'message 9');
    expect(textsHeardBy(client)).toEqual(said);
  }
  await expect.poll(() => countOf(eventId)).toBe(40);
});

test('150 members who send 3 each at once: all arrive, in order, several in a frame', async () => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 150);
  const sends = members.flatMap((client, m) => [0, 1, 2].map((i) => client.say(`${m}/${i}`)));
  await Promise.all(sends);
  const all = Array.from({ length: 450 }, (_, i) => i + 1);
  let posted = 0;
  for (const client of members) {
    await client.until('450 messages', (got) => got.filter((e) => e.event === 'newMessage').length >= 450);
    expect(client.all('newMessage').map(({ seq }) => seq)).toEqual(all);
    posted += frames(client);
  }
  expect(posted / (450 * 150)).toBeLessThan(0.5);
});

test('a client whose buffer stays full is disconnected, and has everything when it is back', async () => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 5);
  const known = stack.connections();
  const slow = await connect(`${stack.outputs.WebSocketUrl}`);
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
  const back = await connect(`${stack.outputs.WebSocketUrl}`);
  await back.join(eventId, 'slow', { after: 0, participantToken });
  const { messages } = await back.next('eventHistory');
  expect(messages.map(({ text }) => text)).toEqual(said);
});

test.for([
  ['before it posts', { killAfterWrites: { function: 'Deliver', of: 'QUOTA#', writes: 1, times: 1 } }],
  ['while it posts', { killAfterPosts: { function: 'Deliver', posts: 2, times: 1 } }],
  ['after it posted', { killAfterPosts: { function: 'Deliver', posts: 4, times: 1 } }],
  [
    'before its workers post',
    { killAfterWrites: { function: 'Deliver', of: 'QUOTA#', writes: 2, times: 1 } },
  ],
  ['with a worker that dies', { killAfterPosts: { function: 'DeliveryPost', posts: 2, times: 1 } }],
] as const)('a window that is killed %s: everybody hears all, in order', async ([, fault]) => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 10);
  const [ana] = members;
  await ana?.say('before');
  for (const client of members) await hears(client, 'before');
  Object.assign(stack.faults, structuredClone(fault));
  await Promise.all(['a', 'b', 'c'].map((text) => ana?.say(text)));
  const { killAfterWrites, killAfterPosts } = stack.faults;
  await expect.poll(() => (killAfterWrites ?? killAfterPosts)?.times).toBe(0);
  await outliveLeases(stack);
  await ana?.say('after');
  for (const client of members) {
    await hears(client, 'after');
    expect(seqs(client)).toEqual([1, 2, 3, 4, 5]);
  }
});

test.for([
  ['429', { managementThrottleRate: 1 }],
  ['500', { managementErrorRate: 1 }],
  ['429 and 500, sometimes', { managementThrottleRate: 0.3, managementErrorRate: 0.2 }],
] as const)(
  'the management API answers %s for a while: nobody is dropped, nothing is lost',
  async ([, faults]) => {
    const eventId = await newEvent();
    const members = await crowd(eventId, 10);
    const [ana] = members;
    const closed: string[] = [];
    for (const [i, client] of members.entries())
      client.socket.once('close', () => closed.push(`member ${i}`));
    Object.assign(stack.faults, faults);
    for (let i = 0; i < 5; i += 1) ana?.emit('sendMessage', { text: `in trouble ${i}` });
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(closed).toEqual([]);
    Object.assign(stack.faults, noFaults());
    await ana?.say('fine again');
    for (const client of members) {
      await hears(client, 'fine again');
      expect(seqs(client)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  },
);

test('stream batches that come twice, messages that overtake each other, DynamoDB that throttles', async () => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 10);
  Object.assign(stack.faults, {
    streamRedeliveryRate: 1,
    reorderMessagesMs: 200,
    dynamodbThrottleRate: 0.2,
  });
  const sends = members.flatMap((client, m) => [0, 1].map((i) => client.say(`${m}/${i}`, `${m}/${i}`)));
  const outcomes = await Promise.allSettled(sends);
  Object.assign(stack.faults, noFaults());
  await members[0]?.say('end');
  const acked = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.text] : []));
  for (const client of members) {
    await hears(client, 'end');
    const heard = client.all('newMessage').map(({ seq }) => seq);
    expect(heard).toEqual(ascending(seqs(client)));
    expect(textsHeardBy(client)).toEqual(expect.arrayContaining(acked));
  }
});

test('people are counted, not their tabs, also when stream batches come twice', async () => {
  stack.faults.streamRedeliveryRate = 1;
  const eventId = await newEvent();
  const url = `${stack.outputs.WebSocketUrl}`;
  const tabs = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const first = await connect(url);
      const { participantToken } = await first.join(eventId, `person ${i}`);
      const second = await enterAt(eventId, `person ${i}`, { url, participantToken });
      return [first, second] as const;
    }),
  );
  await expect.poll(() => countOf(eventId)).toBe(6);
  const [observer] = tabs[0] ?? [];
  // One tab of three people, and both of two.
  for (const [first, second] of tabs.slice(1, 3)) await Promise.all([first.close(), second.close()]);
  for (const [first] of tabs.slice(3)) await first.close();
  await expect.poll(() => countOf(eventId)).toBe(4);
  await observer?.say('end');
  if (observer) await hears(observer, 'end');
  const left = observer?.all('userLeft').flatMap((event) => event.participants ?? [event.participant]);
  expect(left?.map((person) => person?.username).sort()).toEqual(['person 1', 'person 2']);
});
