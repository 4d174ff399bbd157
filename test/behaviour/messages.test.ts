import { expect, test } from 'vitest';
import { connect, createEvent, enter, hears, refusal } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';

test('everyone gets a message, the sender too', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  const message = await ana.say('hello', 'mine-1');
  expect(message).toEqual({
    id: expect.any(String),
    eventId,
    seq: 1,
    participant: { id: expect.any(String), username: 'ana' },
    text: 'hello',
    sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    clientMessageId: 'mine-1',
  });
  expect(await ana.next('newMessage')).toEqual(message);
  expect(await bob.next('newMessage')).toEqual(message);
});

test('text is stored as sent: spaces, newlines, tabs, emoji, 2,000 characters', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  for (const text of ['  two\n lines\t ', '👩‍👩‍👧 "quoted" \\ </script>', 'é'.repeat(2_000)]) {
    expect((await ana.say(text)).text).toBe(text);
    expect((await ana.next('newMessage')).text).toBe(text);
  }
});

test('a repeated clientMessageId gets the first message and is delivered once', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  const first = await ana.say('once', 'm1');
  expect(await ana.say('once', 'm1')).toEqual(first);
  const others = await bob.say('mine too', 'm1');
  expect(others.id).not.toBe(first.id);
  await ana.say('last');
  await bob.until('the last', (got) => got.some((e) => e.event === 'newMessage' && e.data.text === 'last'));
  expect(bob.all('newMessage').map((m) => m.text)).toEqual(['once', 'mine too', 'last']);
});

test('of concurrent duplicates, from two tabs, one is stored and all get its answer', async () => {
  const eventId = await createEvent();
  const tab1 = await connect();
  const { participantToken } = await tab1.join(eventId, 'ana');
  const tab2 = await enter(eventId, 'ana', { participantToken });
  const bob = await enter(eventId, 'bob');
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => (i % 2 ? tab1 : tab2).say('once', 'same')),
  );
  expect(new Set(answers.map((message) => message.id)).size).toBe(1);
  await bob.say('end');
  await bob.until('the end', (got) => got.some((e) => e.event === 'newMessage' && e.data.text === 'end'));
  expect(bob.all('newMessage').map((m) => m.text)).toEqual(['once', 'end']);
});

test('ten concurrent senders × 20: everybody gets 200 messages, each once, in order', async () => {
  const eventId = await createEvent();
  const clients = await Promise.all(Array.from({ length: 10 }, (_, i) => enter(eventId, `sender ${i}`)));
  await Promise.all(
    clients.map(async (client, c) => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => client.say(`${c}/${i}`)));
    }),
  );
  for (const client of clients) {
    await client.until('200 messages', (got) => got.filter((e) => e.event === 'newMessage').length >= 200);
    expect(client.all('newMessage').map((m) => m.seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  }
});

test('typing is announced to the others only', async () => {
  const eventId = await createEvent();
  const ana = await connect();
  const { participant } = await ana.join(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  expect(await ana.request('typing', { isTyping: true })).toEqual({});
  expect(await bob.next('userTyping')).toEqual({ eventId, participant, isTyping: true });
  await ana.request('typing', { isTyping: false });
  expect(await bob.next('userTyping')).toMatchObject({ isTyping: false });
  expect(ana.all('userTyping')).toEqual([]);
});

test.for([
  ['sends', (ana) => ana.say('hi')],
  ['leaves', (ana) => ana.request('leaveEvent')],
  ['closes the connection', (ana) => ana.close()],
] as const satisfies [string, (ana: ChatClient) => Promise<unknown>][])(
  'whoever %s while typing is told not to type any more, once',
  async ([, act]) => {
    const eventId = await createEvent();
    const ana = await enter(eventId, 'ana');
    const bob = await enter(eventId, 'bob');
    await ana.request('typing', { isTyping: true });
    expect(await bob.next('userTyping')).toMatchObject({ isTyping: true });
    await act(ana);
    expect(await bob.next('userTyping')).toMatchObject({
      participant: { username: 'ana' },
      isTyping: false,
    });
    const cid = await enter(eventId, 'cid');
    await cid.say('not typed');
    await hears(bob, 'not typed');
    await bob.settle();
    expect(bob.all('userTyping')).toHaveLength(2);
  },
);

test('a room is told who types at most every half second', async () => {
  const eventId = await createEvent();
  const typists = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => enter(eventId, name)));
  const bob = await enter(eventId, 'bob');
  const began = Date.now();
  for (let round = 0; round < 5; round += 1)
    await Promise.all(typists.map((one) => one.request('typing', { isTyping: true })));
  await bob.next('userTyping');
  await bob.settle();
  const halves = Math.ceil((Date.now() - began) / 500);
  expect(bob.all('userTyping').length).toBeLessThanOrEqual(halves + 1);
});

test.for([
  ['sendMessage', { text: 'hi' }],
  ['typing', { isTyping: true }],
  ['getHistory', {}],
] as const)('%s needs a joined event', async ([action, data]) => {
  const ana = await connect();
  expect(await refusal(ana.request(action, data))).toEqual({
    code: 'NOT_JOINED',
    message: expect.any(String),
  });
});
