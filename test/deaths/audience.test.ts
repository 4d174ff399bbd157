import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { hears, textsHeardBy } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { countOf, enter as enterOn, newEvent as newEventOn, unlimited } from '../support/stage.ts';

/**
 * Audiences that the stream serves, in chunks: one from the window's Lambda, the others from `post` workers. Everything
 * goes wrong that can.
 */
let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start({ ...unlimited, directAudienceMax: 0, chunkConnections: 4 });
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

const newEvent = () => newEventOn(chat);
const enter = (eventId: string, username: string) => enterOn(chat, eventId, username);
const crowd = (eventId: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => enter(eventId, `member ${i}`)));
/** The first time that each message came. */
const seqs = (client: ChatClient) => [...new Set(client.all('newMessage').map((message) => message.seq))];
const frames = (client: ChatClient) => client.frames.filter((frame) => frame.includes('"newMessage"')).length;
const ascending = (numbers: number[]) => [...numbers].sort((a, b) => a - b);

test('60 members, a third gone without a word: the others hear 10 of 10, and the ghosts leave the count', async () => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 60);
  chat.loseDisconnects(1);
  const [ghosts, living] = [members.slice(0, 20), members.slice(20)];
  for (const ghost of ghosts) ghost.vanish();
  const said = Array.from({ length: 10 }, (_, i) => `message ${i}`);
  for (const text of said) await living[0]?.say(text);
  for (const client of living) {
    await hears(client, 'message 9');
    expect(textsHeardBy(client)).toEqual(said);
  }
  await chat.eventually(async () => expect(await countOf(chat, eventId)).toBe(40));
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
  const slow = await chat.connect();
  const { participantToken } = await slow.join(eventId, 'slow');
  await slow.next('eventHistory');
  chat.fillBuffer(slow);
  const said = ['one', 'two', 'three'];
  for (const text of said) await members[0]?.say(text);
  for (const client of members) {
    await hears(client, 'three');
    expect(textsHeardBy(client)).toEqual(said);
  }
  await chat.until('the end', () => slow.socket.readyState === slow.socket.CLOSED);
  const back = await chat.connect();
  await back.join(eventId, 'slow', { after: 0, participantToken });
  const { messages } = await back.next('eventHistory');
  expect(messages.map(({ text }) => text)).toEqual(said);
});

test.for([
  ['before it posts', 'stream/deliver', 'writes', 1, 'QUOTA#'],
  ['while it posts', 'stream/deliver', 'posts', 2, ''],
  ['after it posted', 'stream/deliver', 'posts', 4, ''],
  ['before its workers post', 'stream/deliver', 'writes', 2, 'QUOTA#'],
  ['with a worker that dies', 'delivery/post', 'posts', 2, ''],
] as const)('a window that is killed %s: everybody hears all, in order', async ([, by, call, count, of]) => {
  const eventId = await newEvent();
  const members = await crowd(eventId, 10);
  const [ana] = members;
  await ana?.say('before');
  for (const client of members) await hears(client, 'before');
  const death = chat.killAfter(call, by, count, of);
  await Promise.all(['a', 'b', 'c'].map((text) => ana?.say(text)));
  await chat.until('the death', () => death.times === 0);
  await chat.outliveLeases();
  await ana?.say('after');
  for (const client of members) {
    await hears(client, 'after');
    expect(seqs(client)).toEqual([1, 2, 3, 4, 5]);
  }
});

test.for([
  ['429', { postRefused: 1 }],
  ['500', { postFailed: 1 }],
  ['429 and 500, sometimes', { postRefused: 0.3, postFailed: 0.2 }],
] as const)(
  'the management API answers %s for a while: nobody is dropped, nothing is lost',
  async ([, rates]) => {
    const eventId = await newEvent();
    const members = await crowd(eventId, 10);
    const [ana] = members;
    const closed: string[] = [];
    for (const [i, client] of members.entries())
      client.socket.once('close', () => closed.push(`member ${i}`));
    Object.assign(chat.rates, rates);
    for (let i = 0; i < 5; i += 1) ana?.emit('sendMessage', { text: `in trouble ${i}` });
    await chat.pass(5_000);
    expect(closed).toEqual([]);
    chat.endFaults();
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
  Object.assign(chat.rates, { recordTwice: 1, slowInvocation: 0.5, throttled: 0.2 });
  const sends = members.flatMap((client, m) => [0, 1].map((i) => client.say(`${m}/${i}`, `${m}/${i}`)));
  const outcomes = await Promise.allSettled(sends);
  chat.endFaults();
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
  chat.rates.recordTwice = 1;
  const eventId = await newEvent();
  const tabs = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const first = await chat.connect();
      const { participantToken = '' } = await first.join(eventId, `person ${i}`);
      const second = await enterOn(chat, eventId, `person ${i}`, { participantToken });
      return [first, second] as const;
    }),
  );
  await chat.eventually(async () => expect(await countOf(chat, eventId)).toBe(6));
  const [observer] = tabs[0] ?? [];
  // One tab of three people, and both of two.
  for (const [first, second] of tabs.slice(1, 3)) await Promise.all([first.close(), second.close()]);
  for (const [first] of tabs.slice(3)) await first.close();
  await chat.eventually(async () => expect(await countOf(chat, eventId)).toBe(4));
  await observer?.say('end');
  if (observer) await hears(observer, 'end');
  const left = observer?.all('userLeft').flatMap((event) => event.participants ?? [event.participant]);
  expect(left?.map((person) => person?.username).sort()).toEqual(['person 1', 'person 2']);
});
