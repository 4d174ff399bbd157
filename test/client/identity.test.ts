import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { createChat } from '../../client/index.ts';
import { createEvent } from '../support/chat.ts';
import { enter, isLive, memoryStorage, namesIn, openChat, shows, until } from './rooms.ts';

test('a guest is the same person after a reload, and in every event', async () => {
  const [one, two] = [await createEvent(), await createEvent()];
  const storage = memoryStorage();
  const first = await enter(one, 'ana', { storage });
  await first.leave();
  const again = await enter(one, 'ana', { storage });
  const elsewhere = await enter(two, 'ana', { storage });
  expect([again.snapshot.me?.id, elsewhere.snapshot.me?.id]).toEqual([
    first.snapshot.me?.id,
    first.snapshot.me?.id,
  ]);
});

test('two rooms that join at once are one person, each with what is said in it', async () => {
  const [one, two] = [await createEvent(), await createEvent()];
  const chat = openChat();
  const rooms = [one, two].map((eventId) => chat.join(eventId, { username: 'ana' }));
  await Promise.all(rooms.map((room) => isLive(room)));
  expect(rooms[0]?.snapshot.me?.id).toBe(rooms[1]?.snapshot.me?.id);
  await Promise.all(rooms.map((room, i) => room.send(`in ${i}`)));
  await shows(rooms[0] as (typeof rooms)[0], 'in 0');
  await shows(rooms[1] as (typeof rooms)[0], 'in 1');
});

test('two tabs of one person show the same, and count once', async () => {
  const eventId = await createEvent();
  const storage = memoryStorage();
  const ben = await enter(eventId, 'ben');
  const tabs = [await enter(eventId, 'ana', { storage }), await enter(eventId, 'ana', { storage })];
  await Promise.all(tabs.map((tab, i) => tab.send(`from ${i}`)));
  for (const room of [...tabs, ben])
    await until(room, 'two messages', ({ messages }) => messages.length === 2);
  const [first = ben, second = ben] = tabs;
  const log = (room: typeof ben) => room.snapshot.messages.map(({ seq, text, state }) => [seq, text, state]);
  expect(log(first)).toEqual(log(second));
  expect(log(ben)).toEqual(log(first));
  for (const room of [first, second, ben]) expect(namesIn(room)).toEqual(['ana', 'ben']);
  expect(ben.snapshot.participantCount).toBe(2);
});

test('a kept identity that the chat does not take is replaced by a new one', async () => {
  const eventId = await createEvent();
  const storage = memoryStorage();
  await (await enter(eventId, 'ana', { storage })).leave();
  const [key = ''] = storage.items.keys();
  storage.setItem(key, 'from another chat');
  const room = await enter(eventId, 'ana', { storage });
  expect(room.snapshot.me?.username).toBe('ana');
  expect(storage.getItem(key)).toMatch(/^[\w-]{43}$/);
});

test('where nothing can be kept, the identity lasts as long as the client', async () => {
  const fails = () => {
    throw new Error('The operation is insecure.');
  };
  const [one, two] = [await createEvent(), await createEvent()];
  const chat = openChat({ storage: { getItem: fails, setItem: fails, removeItem: fails } });
  const room = chat.join(one, { username: 'ana' });
  await isLive(room);
  const other = chat.join(two, { username: 'ana' });
  await isLive(other);
  expect(other.snapshot.me?.id).toBe(room.snapshot.me?.id);
});

test('joining again is the same room; under another name it renames', async () => {
  const eventId = await createEvent();
  const ben = await enter(eventId, 'ben');
  const chat = openChat();
  const room = chat.join(eventId, { username: 'ana' });
  expect(chat.join(eventId, { username: 'ana' })).toBe(room);
  await isLive(room);
  await until(ben, 'ana', () => namesIn(ben).includes('ana'));
  expect(chat.join(eventId, { username: 'anna' })).toBe(room);
  await until(ben, 'anna', () => `${namesIn(ben)}` === 'anna,ben');
  await until(room, 'the new name', ({ me }) => me?.username === 'anna');
  expect(room.snapshot.participantCount).toBe(2);
  await until(room, 'the new name among the others', () => `${namesIn(room)}` === 'anna,ben');
});

test('another name that is refused changes nothing', async () => {
  const eventId = await createEvent();
  const chat = openChat();
  const room = chat.join(eventId, { username: 'ana' });
  await isLive(room);
  chat.join(eventId, { username: 'x'.repeat(33) });
  const { error } = await until(room, 'the refusal', (snapshot) => snapshot.error !== undefined);
  expect(error).toMatchObject({ code: 'BAD_REQUEST', issues: [{ path: 'username' }] });
  expect(room.snapshot).toMatchObject({ status: 'live', me: { username: 'ana' } });
  expect(await room.send('still here')).toMatchObject({ participant: { username: 'ana' } });
});

test('a join that can never succeed is refused; with another name there is another room', async () => {
  const chat = openChat();
  const nowhere = chat.join('no-such-event', { username: 'ana' });
  const lost = nowhere.send('hello?');
  expect(await nowhere.closed).toMatchObject({ status: 'refused' });
  expect(nowhere.snapshot).toMatchObject({ status: 'refused', error: { code: 'EVENT_NOT_FOUND' } });
  await expect(lost).rejects.toMatchObject({ name: 'ChatError', code: 'EVENT_NOT_FOUND' });
  await expect(nowhere.moderate.pause()).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });

  const eventId = await createEvent();
  const nameless = chat.join(eventId, { username: ' ' });
  expect(await nameless.closed).toMatchObject({ status: 'refused' });
  expect(chat.join(eventId, { username: ' ' })).toBe(nameless);
  const named = chat.join(eventId, { username: 'ana' });
  await isLive(named);
});

test('where there is no WebSocket, a join says so, and the HTTP API can be used', async () => {
  const eventId = await createEvent('Read in Node 20');
  vi.stubGlobal('WebSocket', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const chat = createChat({ url: inject('chatUrl') });
  for (const enters of [() => chat.join(eventId, { username: 'ana' }), () => chat.watch(eventId)])
    expect(enters).toThrow('There is no global WebSocket: give createChat one, such as that of ws');
  expect(await chat.events.get(eventId)).toMatchObject({ name: 'Read in Node 20' });
});

test('leaving resolves at once without a connection, and the next join is another room', async () => {
  const eventId = await createEvent();
  const chat = openChat();
  const room = chat.join(eventId, { username: 'ana' });
  const sent = room.send('never');
  await room.leave();
  await expect(sent).rejects.toMatchObject({ code: 'NOT_JOINED' });
  expect(await room.closed).toMatchObject({ status: 'left' });
  const next = chat.join(eventId, { username: 'ana' });
  expect(next).not.toBe(room);
  await isLive(next);
  expect(next.snapshot.messages).toEqual([]);
});
