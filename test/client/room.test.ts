import { expect, test } from 'vitest';
import { createEvent } from '../support/chat.ts';
import { enter, isLive, namesIn, openChat, shows, until } from './rooms.ts';

test('two people chat', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben');
  await until(ana, 'ben', () => namesIn(ana).length === 2);
  expect(ana.snapshot).toMatchObject({
    status: 'live',
    event: { id: eventId },
    me: { username: 'ana' },
    can: { send: true, moderate: false, operate: false },
    participantCount: 2,
    messages: [],
    hasOlder: false,
    error: undefined,
  });
  const sent = await ben.send('hello');
  expect(sent).toMatchObject({ seq: 1, text: 'hello', participant: { username: 'ben' } });
  await shows(ana, 'hello');
  expect(await ana.send('hi')).toMatchObject({ seq: 2 });
  await shows(ben, 'hello', 'hi');
  await ben.leave();
  await until(ana, 'ana alone', () => namesIn(ana).length === 1);
  expect(ben.snapshot.status).toBe('left');
  expect(await ben.closed).toEqual({ status: 'left' });
});

test('own messages are there at once, in their order, under one key', async () => {
  const eventId = await createEvent();
  const room = openChat().join(eventId, { username: 'ana' });
  const sending = ['one', 'two', 'three'].map((text) => room.send(text));
  const first = room.snapshot.messages;
  expect(first.map(({ text, state }) => [text, state])).toEqual([
    ['one', 'sending'],
    ['two', 'sending'],
    ['three', 'sending'],
  ]);
  expect((await Promise.all(sending)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  await isLive(room);
  expect(room.snapshot.messages.map(({ state, key }) => [state, key])).toEqual(
    first.map(({ key }) => ['sent', key]),
  );
});
