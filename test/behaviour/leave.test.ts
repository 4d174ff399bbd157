import { expect, inject, test } from 'vitest';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';
import { connect, createEvent, enter, http } from '../support/chat.ts';

const nameOf = (e: ServerEvent) => ('participant' in e.data ? e.data.participant?.username : undefined);

test('leaving is announced once; leaving again is no error', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  await ana.next('userJoined');
  expect(await bob.request('leaveEvent')).toEqual({});
  expect(await ana.next('userLeft')).toMatchObject({
    eventId,
    participant: { username: 'bob' },
    participantCount: 1,
  });
  expect(await bob.request('leaveEvent', {})).toEqual({});
  await ana.say('alone');
  await bob.settle();
  expect(bob.all('newMessage')).toEqual([]);
  expect(ana.all('userLeft')).toHaveLength(1);
});

test.for(['close', 'vanish'] as const)('a connection that ends by %s leaves once', async (how) => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  await ana.next('userJoined');
  await bob[how]();
  expect(await ana.next('userLeft')).toMatchObject({ participant: { username: 'bob' }, participantCount: 1 });
  await ana.say('one more window');
  await ana.next('newMessage');
  expect(ana.all('userLeft')).toHaveLength(1);
});

test('a join that is overtaken by the end of its connection leaves nobody behind', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  for (let i = 0; i < 5; i += 1) {
    const ghost = await connect();
    ghost.emit('joinEvent', { eventId, username: `ghost ${i}` });
    ghost.vanish();
  }
  const last = await enter(eventId, 'last');
  await ana.until('the last', (got) => got.some((e) => e.event === 'userJoined' && nameOf(e) === 'last'));
  await last.request('leaveEvent');
  await ana.until('as many departures as arrivals', (got) => {
    const of = (name: string) => got.filter((e) => e.event === name).length;
    return of('userLeft') > 0 && of('userJoined') === of('userLeft');
  });
  if (!inject('eventsUrl')) return;
  await expect.poll(async () => (await http(`/${eventId}`)).body.participantCount).toBe(1);
});
