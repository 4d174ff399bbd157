import { expect, test } from 'vitest';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { createEvent, enter } from '../support/chat.ts';
import { connectSocket, enterSocket, sayMany, textsOf } from '../support/sockets.ts';

type Told = ServerToClient['reactions'];

test('one argument, whether alone or in a batch; acks and refusals as of every action', async () => {
  const eventId = await createEvent();
  const single = await enterSocket(eventId, 'single');
  const batched = await connectSocket({ query: { batch: 1 } });
  await batched.ask('joinEvent', { eventId, username: 'batched' });
  const args: unknown[][] = [];
  single.socket.on('reactions', (...all) => args.push(all));
  expect(await batched.ask('react', { reaction: '🎉', count: 2 })).toEqual({ ok: true });
  const told = { eventId, counts: { '🎉': 2 }, totals: { '🎉': 2 } };
  expect(await single.hears('reactions')).toEqual(told);
  expect(args).toEqual([[told]]);
  const batches = () =>
    batched.entries.filter(({ name }) => name === 'batch').flatMap(({ data }) => data as [string, Told][]);
  await expect.poll(batches).toContainEqual(['reactions', told]);
  expect(await single.ask('react', { reaction: 'no' })).toMatchObject({
    ok: false,
    error: { code: 'BAD_REQUEST', issues: [{ path: 'reaction' }] },
  });
  single.emit('react', { reaction: '🍌' });
  expect(await single.hears('error')).toMatchObject({ code: 'BAD_REQUEST' });
});

test('reactions do not move the place from which a client recovers', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana');
  await bob.next('userJoined');
  const before = await sayMany(bob, 2, 'before');
  await ana.hears('newMessage', { text: 'before 1' });
  await bob.request('react', { reaction: '👍' });
  await ana.hears('reactions');
  await ana.cut();
  const said = await sayMany(bob, 5);
  await bob.request('react', { reaction: '👍' });
  await bob.until('the second', () => bob.all('reactions').at(-1)?.totals['👍'] === 2);
  await ana.comeBack();
  await ana.hears('newMessage', { text: 'words 4' });
  expect(ana.socket.recovered).toBe(true);
  expect(textsOf(ana)).toEqual([...before, ...said]);
  // What it has missed of them is in the totals of the next ones.
  await bob.request('react', { reaction: '👍' });
  expect(await ana.hears<Told>('reactions')).toMatchObject({ totals: { '👍': 3 } });
});
