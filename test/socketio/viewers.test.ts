import { expect, test } from 'vitest';
import type { Replies } from '../../shared/protocol/replies.ts';
import { createEvent, enter, http } from '../support/chat.ts';
import { connectSocket, namesIn, sayMany, textsOf } from '../support/sockets.ts';

async function watchSocket(eventId: string, options = {}) {
  const client = await connectSocket(options);
  expect(await client.ask('watchEvent', { eventId })).toMatchObject({ ok: true });
  await client.hears('eventHistory');
  return client;
}

test('cut off while others say 30 things: a viewer watches on, and all 30 come, in order', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const vic = await watchSocket(eventId);
  await sayMany(bob, 1, 'before');
  await vic.hears('newMessage', { text: 'before 0' });
  const saying = sayMany(bob, 30);
  await vic.hears('newMessage', { text: 'words 2' });
  await vic.cut();
  const eve = await enter(eventId, 'eve');
  const said = await saying;
  await eve.say('the last');
  await vic.comeBack();
  await vic.hears('newMessage', { text: 'the last' });
  expect(vic.socket.recovered).toBe(true);
  expect(textsOf(vic)).toEqual(['before 0', ...said, 'the last']);
  expect(namesIn(vic.entries, 'userJoined')).toEqual(['eve']);
  const { text } = await bob.say('live again');
  await vic.hears('newMessage', { text });
  expect(await vic.ask('sendMessage', { text: 'hm' })).toMatchObject({ error: { code: 'NOT_JOINED' } });
  expect(await vic.ask('getHistory', { limit: 1 })).toMatchObject({ ok: true, messages: [{ text }] });
  await bob.settle();
  expect(
    namesIn(
      bob.received.map(({ event, data }) => ({ name: event, data })),
      'userJoined',
    ),
  ).toEqual(['eve']);
  expect(bob.all('userLeft')).toEqual([]);
  expect((await http(`/${eventId}`)).body).toMatchObject({ participantCount: 2, viewerCount: 1 });
});

test('with `watch` in auth, a client watches before it is connected; recovered, it does not begin anew', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const vic = await connectSocket({ auth: { watch: { eventId } } });
  expect(await vic.hears<Replies['watchEvent']>('watched')).toMatchObject({
    event: { id: eventId },
    latestSeq: 0,
    viewerCount: 1,
  });
  await vic.hears('eventHistory');
  await bob.say('hello');
  await vic.hears('newMessage', { text: 'hello' });
  await vic.cut();
  await bob.say('missed');
  await vic.comeBack();
  await vic.hears('newMessage', { text: 'missed' });
  expect(vic.socket.recovered).toBe(true);
  expect(vic.entries.filter(({ name }) => name === 'watched')).toHaveLength(1);
});

test('an event that cannot be watched is told by an error; the connection stays', async () => {
  const vic = await connectSocket({ auth: { watch: { eventId: 'nowhere' } } });
  expect(await vic.hears('error')).toMatchObject({ code: 'EVENT_NOT_FOUND', action: 'watchEvent' });
  expect(vic.socket.connected).toBe(true);
});

test('who asks for both takes part', async () => {
  const eventId = await createEvent();
  const ana = await connectSocket({ auth: { watch: { eventId }, join: { eventId, username: 'ana' } } });
  expect(await ana.hears('joined')).toMatchObject({ participant: { username: 'ana' } });
  expect(await ana.ask('sendMessage', { text: 'hello' })).toMatchObject({ ok: true });
});
