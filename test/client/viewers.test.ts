import { expect, test } from 'vitest';
import { createEvent, http } from '../support/chat.ts';
import { enter, isLive, namesIn, openChat, shows, until } from './rooms.ts';

test('whoever watches hears everything, is counted, and is nobody', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  await ana.send('before');
  const storage = {
    getItem: () => null,
    setItem: () => expect.fail('A secret was kept'),
    removeItem: () => {},
  };
  const viewer = openChat({ storage }).watch(eventId);
  await isLive(viewer);
  expect(viewer.snapshot).toMatchObject({
    me: undefined,
    can: { send: false, moderate: false, operate: false },
    participantCount: 1,
    viewerCount: 1,
  });
  expect(namesIn(viewer)).toEqual(['ana']);
  await ana.send('after');
  await shows(viewer, 'before', 'after');
  ana.react('👍');
  await until(viewer, 'the reaction', ({ reactions }) => reactions['👍'] === 1);
  const ben = await enter(eventId, 'ben');
  await until(ana, 'somebody who watches', ({ viewerCount }) => viewerCount === 1);
  expect(namesIn(ana)).toEqual(['ana', 'ben']);
  await viewer.leave();
  await ben.leave();
  await until(ana, 'nobody who watches', ({ viewerCount }) => viewerCount === 0);
});

test('whoever watches can take part, on the same connection', async () => {
  const eventId = await createEvent();
  const actions: unknown[] = [];
  const onFrame = ({ direction, content }: { direction: string; content: unknown }) => {
    if (direction === 'out') actions.push((content as { action: string }).action);
  };
  const chat = openChat({ onFrame });
  const room = chat.watch(eventId);
  await isLive(room);
  expect(chat.watch(eventId)).toBe(room);
  expect(chat.join(eventId, { username: 'ana' })).toBe(room);
  await until(room, 'ana', ({ me, can }) => me?.username === 'ana' && can.send);
  expect(await room.send('hello')).toMatchObject({ participant: { username: 'ana' } });
  expect(actions.slice(0, 3)).toEqual(['watchEvent', 'joinEvent', 'sendMessage']);
  expect(chat.watch(eventId)).toBe(room);
  expect(room.snapshot.me?.username).toBe('ana');
});

test('whoever watches cannot say anything, and nothing is sent', async () => {
  const eventId = await createEvent();
  const actions: unknown[] = [];
  const chat = openChat({
    onFrame: ({ direction, content }) => {
      if (direction === 'out') actions.push((content as { action: string }).action);
    },
  });
  const room = chat.watch(eventId);
  await isLive(room);
  await expect(room.send('hello')).rejects.toMatchObject({ code: 'NOT_JOINED' });
  room.react('👍');
  room.type();
  const ana = await enter(eventId, 'ana');
  await ana.send('after a while');
  await ana.send('and another');
  await shows(room, 'after a while', 'and another');
  expect(actions).toEqual(['watchEvent']);
  expect(room.snapshot).toMatchObject({ status: 'live', error: undefined });
});

test('a name that is refused leaves a viewer a viewer', async () => {
  const eventId = await createEvent();
  const chat = openChat();
  const room = chat.watch(eventId);
  await isLive(room);
  chat.join(eventId, { username: ' ' });
  await until(room, 'the refusal', ({ error }) => error?.code === 'BAD_REQUEST');
  expect(room.snapshot.status).toBe('live');
  const ana = await enter(eventId, 'ana');
  await ana.send('hello');
  await shows(room, 'hello');
});

test('the log of an event that has ended can be watched', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  await ana.send('hello');
  await http(`/${eventId}`, { method: 'PATCH', body: { status: 'ended' } });
  const room = openChat().watch(eventId);
  expect(await room.closed).toMatchObject({ status: 'ended' });
  await shows(room, 'hello');
});
