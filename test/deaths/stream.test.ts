import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { enter as enterOn, newEvent as newEventOn } from '../support/stage.ts';

/** Everything is delivered by the stream here, and the limits are the defaults. */
let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start({ directAudienceMax: 0 });
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

const newEvent = () => newEventOn(chat);
const enter = (eventId: string, username: string, more = {}) => enterOn(chat, eventId, username, more);

test('ten concurrent senders × 20: everybody gets 200 messages, each once, in order', async () => {
  const eventId = await newEvent();
  const clients = await Promise.all(Array.from({ length: 10 }, (_, i) => enter(eventId, `sender ${i}`)));
  await Promise.all(
    clients.map(async (client, c) => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => client.say(`${c}/${i}`)));
    }),
  );
  const all = Array.from({ length: 200 }, (_, i) => i + 1);
  for (const client of clients) {
    await client.until('200 messages', (got) => got.filter((e) => e.event === 'newMessage').length >= 200);
    expect(client.all('newMessage').map((m) => m.seq)).toEqual(all);
  }
  const pages = await Promise.all(
    [0, 100].map((after) =>
      chat.api<{ messages: { seq: number }[] }>('GET', `/${eventId}/messages?limit=100&after=${after}`),
    ),
  );
  expect(pages.flatMap((page) => page.body.messages.map((m) => m.seq))).toEqual(all);
});

test('arrivals and departures are announced', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  expect(await ana.next('userJoined')).toMatchObject({
    participant: { username: 'bob' },
    participantCount: 2,
  });
  await bob.close();
  expect(await ana.next('userLeft')).toMatchObject({ participant: { username: 'bob' }, participantCount: 1 });
});

test('a message that is answered before it is delivered is in the history already', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const message = await ana.say('hello');
  expect(await ana.request('getHistory')).toEqual({ messages: [message], hasMore: false });
  expect(await ana.next('newMessage')).toEqual(message);
});

test('more sends than the burst are RATE_LIMITED, with the time to wait; a repeat counts too', async () => {
  const eventId = await newEvent();
  const ana = await chat.connect();
  const { participantToken } = await ana.join(eventId, 'ana');
  const tab = await enter(eventId, 'ana', { participantToken });
  const send = (client: typeof ana) => client.request('sendMessage', { text: 'x', clientMessageId: 'same' });
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => send(i % 2 ? ana : tab)));
  const refused = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason.data] : []));
  expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(10);
  expect(refused.length).toBeGreaterThan(0);
  for (const data of refused) {
    expect(data).toEqual({
      code: 'RATE_LIMITED',
      message: expect.any(String),
      retryAfterMs: expect.any(Number),
    });
    expect(data.retryAfterMs).toBeGreaterThan(0);
  }
  expect(await ana.say('after the wait')).toMatchObject({ text: 'after the wait' });
});

test('joins of one participant are limited, other people are not', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const joins = await Promise.allSettled(Array.from({ length: 25 }, () => ana.join(eventId, 'ana')));
  const codes = joins.flatMap((o) => (o.status === 'rejected' ? [o.reason.code] : []));
  expect(new Set(codes)).toEqual(new Set(['RATE_LIMITED']));
  const bob = await enter(eventId, 'bob');
  expect(await bob.say('not me')).toMatchObject({ text: 'not me' });
});

test('typing is limited', async () => {
  const ana = await enter(await newEvent(), 'ana');
  const typing = () => ana.request('typing', { isTyping: true });
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, typing));
  const codes = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason.code] : []));
  expect(new Set(codes)).toEqual(new Set(['RATE_LIMITED']));
});

test('a page of events that would pass 128 KB is shorter and leads on', async () => {
  const description = '字'.repeat(1_000);
  const create = (name: string) => chat.api<{ id: string }>('POST', '', { name, description });
  const made = await Promise.all(Array.from({ length: 45 }, (_, i) => create(`Long ${i}`)));
  const ana = await chat.connect();
  const ids: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await ana.request<{ events: { id: string }[]; nextCursor?: string }>('getActiveEvents', {
      limit: 100,
      cursor,
    });
    ids.push(...page.events.map((event) => event.id));
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor);
  expect(pages).toBeGreaterThan(1);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(made.map((answer) => answer.body.id)));
  expect(Math.max(...ana.frames.map((frame) => Buffer.byteLength(frame)))).toBeLessThan(128 * 1024);
});
