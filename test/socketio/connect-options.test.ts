import { expect, test } from 'vitest';
import { createEvent, enter } from '../support/chat.ts';
import { connectSocket, sayMany, socketClient, textsOf } from '../support/sockets.ts';

/** What a client asks for with its handshake. */

test('auth.join: in the event before CONNECT is answered, so what was kept while offline is accepted', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = socketClient({ auth: { join: { eventId, username: 'ana' } }, autoConnect: false });
  // Kept by the library, and sent before its `connect` event.
  const answer = ana.ask('sendMessage', { text: 'said before I was connected' });
  ana.socket.connect();
  expect(await answer).toMatchObject({ ok: true });
  const joined = await ana.hears('joined');
  expect(joined).toMatchObject({
    event: { id: eventId },
    participant: { username: 'ana' },
    can: { send: true },
  });
  expect(await ana.hears('eventHistory')).toMatchObject({ participantCount: 2 });
  expect(await bob.next('newMessage')).toMatchObject({ text: 'said before I was connected' });
});

test.for([
  ['EVENT_NOT_FOUND', { eventId: 'nowhere', username: 'ana' }],
  ['BAD_REQUEST', { eventId: 7 }],
  ['BAD_REQUEST', 'an event'],
] as const)('auth.join that fails (%s) does not refuse the connection', async ([code, join]) => {
  const ana = await connectSocket({ auth: { join } });
  expect(await ana.hears('error')).toMatchObject({ code, action: 'joinEvent' });
  expect(await ana.ask('sendMessage', { text: 'hi' })).toMatchObject({ error: { code: 'NOT_JOINED' } });
  expect(ana.socket.connected).toBe(true);
});

test('recovery=0: handlers get one argument, and nothing is recovered', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const single = await connectSocket({
    query: { recovery: 0 },
    auth: { join: { eventId, username: 'ana' } },
  });
  const batched = await connectSocket({
    query: { recovery: 0, batch: 1 },
    auth: { join: { eventId, username: 'cleo' } },
  });
  await Promise.all([single.hears('joined'), batched.hears('joined')]);
  const given: unknown[][] = [];
  single.socket.on('newMessage', (...args) => given.push(args));
  batched.socket.on('batch', (...args) => given.push(args));
  await sayMany(bob, 1, 'hello');
  await expect.poll(() => given.length).toBeGreaterThanOrEqual(2);
  for (const args of given) expect(args).toHaveLength(1);
  expect(textsOf(single)).toEqual(['hello 0']);
  await single.cut();
  await single.comeBack();
  expect(single.socket.recovered).toBeFalsy();
});
