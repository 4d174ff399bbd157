import { expect, test } from 'vitest';
import type { Frame } from '../../client/index.ts';
import { createEvent, http } from '../support/chat.ts';
import { impatientClient } from './bundle.ts';
import { openNetwork } from './network.ts';
import { enter, isLive, memoryStorage, openChat, sayAtOnce, shows, textsIn, until } from './rooms.ts';

const say = async (room: { send(text: string): Promise<unknown> }, ...texts: string[]) => {
  for (const text of texts) await room.send(text);
};

test('what was said while a connection was lost comes once, in order', async () => {
  const eventId = await createEvent();
  const network = await openNetwork();
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben', { url: network.url });
  await say(ana, 'before');
  await shows(ben, 'before');
  network.isDown = true;
  network.cut();
  await until(ben, 'a lost connection', ({ status }) => status === 'reconnecting');
  await say(ana, 'one', 'two');
  network.isDown = false;
  await isLive(ben);
  expect(textsIn(ben)).toEqual(['before', 'one', 'two']);
  await say(ana, 'after');
  await shows(ben, 'before', 'one', 'two', 'after');
  expect(ben.snapshot.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('what is sent without a network goes later, in its order and under its keys', async () => {
  const eventId = await createEvent();
  const network = await openNetwork();
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben', { url: network.url });
  const me = ben.snapshot.me?.id;
  network.isDown = true;
  network.cut();
  await until(ben, 'a lost connection', ({ status }) => status === 'reconnecting');
  const sending = ['one', 'two', 'three'].map((text) => ben.send(text));
  const keys = ben.snapshot.messages.map(({ key, state }) => [key, state]);
  expect(keys).toEqual(keys.map(([key]) => [key, 'sending']));
  await say(ana, 'meanwhile');
  network.isDown = false;
  await Promise.all(sending);
  await shows(ana, 'meanwhile', 'one', 'two', 'three');
  expect(textsIn(ben)).toEqual(['meanwhile', 'one', 'two', 'three']);
  expect(ben.snapshot.messages.slice(1).map(({ key, state }) => [key, state])).toEqual(
    keys.map(([key]) => [key, 'sent']),
  );
  expect(ben.snapshot.me?.id).toBe(me);
});

test.for(['up', 'down'] as const)(
  'a network that swallows what goes %s is noticed by a request without an answer',
  async (direction) => {
    const eventId = await createEvent();
    const network = await openNetwork();
    const ana = await enter(eventId, 'ana');
    const client = await impatientClient({ ANSWER_MS: 1_500, PONG_MS: 1_500 });
    const ben = await enter(eventId, 'ben', { url: network.url, client });
    network.swallows[direction] = true;
    const sent = ben.send('hello?');
    await until(ben, 'a lost connection', ({ status }) => status === 'reconnecting');
    network.swallows[direction] = false;
    expect(await sent).toMatchObject({ text: 'hello?' });
    await shows(ana, 'hello?');
    await say(ben, 'hello');
    await shows(ana, 'hello?', 'hello');
    expect(textsIn(ben)).toEqual(['hello?', 'hello']);
  },
);

test('deletions are heard, also those while one was away, and in older pages', async () => {
  const eventId = await createEvent();
  const network = await openNetwork();
  const texts = await sayAtOnce(eventId, 60, (i) => `said ${i}`);
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben', { url: network.url });
  expect([textsIn(ben).length, ben.snapshot.hasOlder]).toEqual([50, true]);
  const remove = (seq: number) => http(`/${eventId}/messages/${seq}`, { method: 'DELETE' });
  await remove(60);
  await until(ben, 'one message less', () => textsIn(ben).length === 49);
  network.isDown = true;
  network.cut();
  await remove(59);
  await remove(2);
  await say(ana, 'more');
  network.isDown = false;
  await until(ben, 'the new message', () => textsIn(ben).at(-1) === 'more');
  await ben.loadOlder();
  const left = [...texts.filter((_, i) => ![2, 59, 60].includes(i + 1)), 'more'];
  expect(textsIn(ben)).toEqual(left);
  expect(ben.snapshot.hasOlder).toBe(false);
  await remove(1);
  await until(ben, 'another message less', () => textsIn(ben).length === left.length - 1);
});

test('older messages come page by page, and two calls at once are one request', async () => {
  const eventId = await createEvent();
  const texts = await sayAtOnce(eventId, 120, (i) => `${i}`);
  const frames: Frame[] = [];
  const room = await enter(eventId, 'ben', { onFrame: (frame) => frames.push(frame) });
  await Promise.all([room.loadOlder(), room.loadOlder()]);
  expect(textsIn(room)).toEqual(texts.slice(20));
  expect(room.snapshot.hasOlder).toBe(true);
  await room.loadOlder();
  expect(textsIn(room)).toEqual(texts);
  expect(room.snapshot.hasOlder).toBe(false);
  await room.loadOlder();
  const asked = frames.filter(({ content }) => (content as { action?: string }).action === 'getHistory');
  expect(asked).toHaveLength(2);
});

test('whoever has missed too much starts again with the newest page, without a hole', async () => {
  const eventId = await createEvent();
  const network = await openNetwork();
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben', { url: network.url });
  await say(ana, 'long ago');
  await shows(ben, 'long ago');
  network.isDown = true;
  network.cut();
  // Five of them fill a frame.
  const long = '€'.repeat(1_990);
  const said = await sayAtOnce(eventId, 70, (i) => `${long} ${i}`);
  network.isDown = false;
  const { messages, hasOlder } = await until(
    ben,
    'the newest message',
    ({ status }) => status === 'live' && textsIn(ben).at(-1) === said.at(-1),
  );
  const seqs = messages.map(({ seq = 0 }) => seq);
  expect([hasOlder, messages.length < 70]).toEqual([true, true]);
  expect(seqs).toEqual(seqs.map((_, i) => 72 - seqs.length + i));
  while (ben.snapshot.hasOlder) await ben.loadOlder();
  expect(textsIn(ben)).toEqual(['long ago', ...said]);
});

test('an event that ended while one was away shows all that was said', async () => {
  const eventId = await createEvent();
  const network = await openNetwork();
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben', { url: network.url });
  await say(ana, 'welcome');
  await shows(ben, 'welcome');
  network.isDown = true;
  network.cut();
  await say(ana, 'goodbye');
  const lost = ben.send('too late');
  await http(`/${eventId}`, { method: 'PATCH', body: { status: 'ended' } });
  expect(await ana.closed).toMatchObject({ status: 'ended' });
  network.isDown = false;
  expect(await ben.closed).toMatchObject({ status: 'ended' });
  await expect(lost).rejects.toMatchObject({ code: 'EVENT_ENDED' });
  expect(textsIn(ben)).toEqual(['welcome', 'goodbye', 'too late']);
  expect(ben.snapshot.messages.at(-1)).toMatchObject({ state: 'failed', error: { code: 'EVENT_ENDED' } });
  expect(ben.snapshot.event?.status).toBe('ended');
  // Whoever comes now can read it, too.
  const carl = openChat().join(eventId, { username: 'carl' });
  expect(await carl.closed).toMatchObject({ status: 'ended' });
  expect(textsIn(carl)).toEqual(['welcome', 'goodbye']);
  await expect(carl.send('hello?')).rejects.toMatchObject({ code: 'EVENT_ENDED' });
});

test('a page that is loaded again in the middle of a send is the same person, and has the message once', async () => {
  const eventId = await createEvent();
  const storage = memoryStorage();
  const network = await openNetwork();
  const before = await enter(eventId, 'ana', { url: network.url, storage });
  await say(before, 'one');
  void before.send('two');
  network.cut();
  network.isDown = true;
  const { url } = await openNetwork();
  // The storage goes by the address.
  for (const [key, value] of [...storage.items]) storage.items.set(key.replace(network.url, url), value);
  const after = await enter(eventId, 'ana', { url, storage });
  expect(after.snapshot.me?.id).toBe(before.snapshot.me?.id);
  await say(after, 'three');
  const { body } = await http<{ messages: { text: string }[] }>(`/${eventId}/messages`);
  expect([
    ['one', 'two', 'three'],
    ['one', 'three'],
  ]).toContainEqual(body.messages.map(({ text }) => text));
  expect(textsIn(after)).toEqual(body.messages.map(({ text }) => text));
});
