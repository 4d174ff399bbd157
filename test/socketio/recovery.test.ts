import { expect, inject, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import { createEvent, enter, http } from '../support/chat.ts';
import { connectSocket, enterSocket, namesIn, sayMany, textsOf } from '../support/sockets.ts';

/** What the library knows of its session. */
const sessionOf = ({ socket }: { socket: unknown }) => socket as { _pid: string; _lastOffset: string };

test('cut off while others say 50 things: all 50 come, in order, and nobody noticed', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana');
  await bob.next('userJoined');
  const before = await sayMany(bob, 3, 'before');
  await ana.hears('newMessage', { text: 'before 2' });
  const { id } = ana.socket;
  const saying = sayMany(bob, 50);
  await ana.hears('newMessage', { text: 'words 3' });
  await ana.cut();
  const said = await saying;
  await ana.comeBack();
  await ana.hears('newMessage', { text: 'words 49' });
  expect(ana.socket.recovered).toBe(true);
  expect(ana.socket.id).toBe(id);
  expect(textsOf(ana)).toEqual([...before, ...said]);
  const { text } = await bob.say('live again');
  await ana.hears('newMessage', { text });
  expect(await ana.ask('sendMessage', { text: 'I am back' })).toMatchObject({ ok: true });
  await bob.settle();
  expect(bob.all('userLeft')).toEqual([]);
  expect(bob.all('userJoined')).toHaveLength(1);
});

test('who came, left and changed the name meanwhile is told too, where it belongs', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const cid = await enter(eventId, 'cid');
  const ana = await enterSocket(eventId, 'ana');
  await bob.next('userJoined');
  await ana.cut();
  const eve = await enter(eventId, 'eve');
  await bob.say('hello eve');
  await cid.request('leaveEvent');
  await eve.join(eventId, 'eva');
  await bob.say('bye cid');
  await ana.comeBack();
  await ana.hears('newMessage', { text: 'bye cid' });
  await expect.poll(() => namesIn(ana.entries, 'userJoined')).toEqual(['eve', 'eva']);
  expect(namesIn(ana.entries, 'userLeft').sort()).toEqual(['cid', 'eve']);
  const order = ana.entries.map(({ name }) => name);
  expect(order.indexOf('userJoined')).toBeLessThan(order.indexOf('newMessage'));
});

test('with batch=1 the missed comes in one event', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await connectSocket({ query: { batch: 1 } });
  await ana.ask('joinEvent', { eventId, username: 'ana' });
  await ana.hears('batch');
  await ana.cut();
  const said = await sayMany(bob, 50);
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(true);
  const missed = await ana.hears<[string, Message][]>('batch');
  expect(missed.map(([name, { text }]) => `${name} ${text}`)).toEqual(
    said.map((text) => `newMessage ${text}`),
  );
});

test('cut off again and again, a client loses nothing', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana', { reconnectionDelay: 20, reconnectionDelayMax: 50 });
  const said: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const saying = sayMany(bob, 8, `round ${round}`);
    ana.cutBriefly();
    said.push(...(await saying));
    await ana.hears('connect', { recovered: true });
  }
  await bob.say('end');
  await ana.hears('newMessage', { text: 'end' });
  expect(textsOf(ana)).toEqual([...said, 'end']);
  expect(bob.all('userLeft')).toEqual([]);
});

test('leaving on purpose is told at once, and cannot be recovered', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana');
  await bob.next('userJoined');
  ana.socket.disconnect();
  expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'ana' }, participantCount: 1 });
  // The library still shows its session.
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(false);
  expect(await ana.ask('sendMessage', { text: 'hm' })).toMatchObject({ error: { code: 'NOT_JOINED' } });
});

test('a client that was in no event is itself again', async () => {
  const ana = await connectSocket();
  const { id } = ana.socket;
  await ana.cut();
  await ana.comeBack();
  expect(ana.socket).toMatchObject({ id, recovered: true });
  expect(await ana.ask('typing', { isTyping: true })).toMatchObject({ error: { code: 'NOT_JOINED' } });
});

test('a client that was cut off before it had its history begins anew', async () => {
  const eventId = await createEvent();
  const ana = await connectSocket();
  await ana.ask('joinEvent', { eventId, username: 'ana' });
  await ana.hears('eventHistory');
  // As if it had not come.
  delete (sessionOf(ana) as { _lastOffset?: string })._lastOffset;
  await ana.cut();
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(false);
});

test('a foreign, invented or impossible session gives nothing away', async () => {
  const eventId = await createEvent();
  const ana = await enterSocket(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  await bob.say('something said');
  await ana.hears('newMessage');
  const { _pid: pid, _lastOffset: offset } = sessionOf(ana);
  const tries = [
    { pid: 'x'.repeat(43), offset },
    { pid, offset: `999999.0.${eventId}` },
    { pid, offset: 'hello' },
    { pid },
    { pid: 7, offset: {} },
  ];
  for (const auth of tries) {
    const thief = await connectSocket({ auth });
    expect(await thief.ask('sendMessage', { text: 'hm' })).toMatchObject({ error: { code: 'NOT_JOINED' } });
  }
  expect(ana.socket.connected).toBe(true);
});

test('of two connections with one session, one is in the event', async () => {
  const eventId = await createEvent();
  const ana = await enterSocket(eventId, 'ana');
  const { _pid: pid, _lastOffset: offset } = sessionOf(ana);
  await ana.cut();
  const auth = { pid, offset };
  const both = await Promise.all([1, 2].map(() => connectSocket({ auth, reconnection: false })));
  // The later one takes the place of the earlier one, whose connection might be a dead one; or it is told plainly.
  const isInEvent = ({ socket }: (typeof both)[number]) =>
    socket.connected &&
    socket
      .timeout(2_000)
      .emitWithAck('typing', { isTyping: true })
      .then(
        ({ ok }) => ok,
        () => false,
      );
  await expect.poll(async () => (await Promise.all(both.map(isInEvent))).filter(Boolean).length).toBe(1);
});

test('an offset from before the stay recovers nothing, and shows nobody who came and went then', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  await (await enter(eventId, 'nosy')).close();
  await bob.next('userLeft');
  const ana = await enterSocket(eventId, 'ana');
  await bob.say('first');
  await ana.hears('newMessage', { text: 'first' });
  await ana.cut();
  await (await enter(eventId, 'cid')).close();
  const session = sessionOf(ana) as { _lastOffset: string };
  const [seq] = session._lastOffset.split('.');
  session._lastOffset = `${seq}.0.${eventId}`;
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(false);
  await ana.ask('joinEvent', { eventId, username: 'ana' });
  await bob.say('last');
  await ana.hears('newMessage', { text: 'last' });
  expect(namesIn(ana.entries, 'userJoined')).not.toContain('nosy');
  expect(namesIn(ana.entries, 'userLeft')).not.toContain('nosy');
});

test('after switching events it is the last one that is recovered', async () => {
  const [first, second] = [await createEvent(), await createEvent()];
  const bob = await enter(first, 'bob');
  const cid = await enter(second, 'cid');
  const ana = await enterSocket(first, 'ana');
  await bob.say('in the first');
  await ana.hears('newMessage', { text: 'in the first' });
  await ana.ask('joinEvent', { eventId: second, username: 'ana' });
  await ana.hears('eventHistory');
  await ana.cut();
  await bob.say('still in the first');
  await cid.say('in the second');
  await ana.comeBack();
  await ana.hears('newMessage', { text: 'in the second' });
  expect(textsOf(ana)).not.toContain('still in the first');
});

test.skipIf(inject('isDeployed'))('an event that ended meanwhile says so', async () => {
  const eventId = await createEvent();
  const ana = await enterSocket(eventId, 'ana');
  await ana.cut();
  await http(`/${eventId}`, { method: 'PATCH', body: { status: 'ended' } });
  await ana.comeBack();
  expect(await ana.hears('eventEnded')).toMatchObject({ event: { id: eventId, status: 'ended' } });
});
