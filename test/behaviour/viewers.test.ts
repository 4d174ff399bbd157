import { expect, test } from 'vitest';
import type { Replies } from '../../shared/protocol/replies.ts';
import { connect, createEvent, enter, hears, http, refusal } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';

const watch = (client: ChatClient, eventId: string, more = {}) =>
  client.request<Replies['watchEvent']>('watchEvent', { eventId, ...more });

async function watcher(eventId: string): Promise<ChatClient> {
  const client = await connect();
  await watch(client, eventId);
  await client.next('eventHistory');
  return client;
}

test('a viewer gets an ack, then the history, hears everything, and nobody hears of it', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  await ana.say('before');
  const vic = await connect();
  const reply = await watch(vic, eventId);
  expect(reply).toEqual({
    event: expect.objectContaining({ id: eventId, participantCount: 1, viewerCount: 1 }),
    latestSeq: 1,
    viewerCount: 1,
  });
  expect(await vic.next('eventHistory')).toEqual({
    eventId,
    messages: [expect.objectContaining({ text: 'before' })],
    participants: [expect.objectContaining({ username: 'ana' })],
    participantCount: 1,
    viewerCount: 1,
    hasMore: false,
  });
  await ana.say('hello');
  expect(await vic.next('newMessage')).toMatchObject({ seq: 2, text: 'hello' });
  const bob = await enter(eventId, 'bob');
  const joined = { participant: { username: 'bob' }, participantCount: 2, viewerCount: 1 };
  expect(await vic.next('userJoined')).toMatchObject(joined);
  await bob.request('typing', { isTyping: true });
  expect(await vic.next('userTyping')).toMatchObject({ participant: { username: 'bob' } });
  await bob.close();
  expect(await vic.next('userLeft')).toMatchObject({ participantCount: 1, viewerCount: 1 });
  await ana.settle();
  expect(ana.received.map(({ event }) => event)).not.toContain('watched');
  expect(ana.all('userJoined')).toHaveLength(1);
  expect((await http(`/${eventId}`)).body).toMatchObject({ participantCount: 1, viewerCount: 1 });
});

test('a viewer may read the history, and nothing that needs a participant', async () => {
  const eventId = await createEvent();
  const vic = await watcher(eventId);
  expect(await vic.request('getHistory', {})).toEqual({ messages: [], hasMore: false });
  const requests: [string, object][] = [
    ['sendMessage', { text: 'hm' }],
    ['typing', { isTyping: true }],
    ['deleteMessage', { seq: 1 }],
    ['kick', { participantId: 'somebody' }],
    ['updateEvent', { paused: true }],
  ];
  for (const [action, data] of requests)
    expect(await refusal(vic.request(action, data))).toMatchObject({ code: 'NOT_JOINED' });
  await vic.request('leaveEvent');
  expect(await refusal(vic.request('getHistory', {}))).toMatchObject({ code: 'NOT_JOINED' });
  await expect.poll(async () => (await http(`/${eventId}`)).body.viewerCount).toBe(0);
});

test('a viewer joins, and a participant watches: on the same connection', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const vic = await watcher(eventId);
  const { participant, event } = await vic.join(eventId, 'vic');
  expect(event).toMatchObject({ participantCount: 2, viewerCount: 0 });
  expect(await ana.next('userJoined')).toEqual({ eventId, participant, participantCount: 2 });
  await vic.next('eventHistory');
  await vic.say('now I can');
  await hears(ana, 'now I can');
  expect(await watch(vic, eventId)).toMatchObject({ event: { participantCount: 1 }, viewerCount: 1 });
  expect(await ana.next('userLeft')).toEqual({ eventId, participant, participantCount: 1, viewerCount: 1 });
  await vic.next('eventHistory');
  await ana.say('bye');
  await hears(vic, 'bye');
  expect(await refusal(vic.say('hm'))).toMatchObject({ code: 'NOT_JOINED' });
  // The same participant as before.
  expect((await vic.join(eventId, 'vic')).participant.id).toBe(participant.id);
});

test('watching again counts once and gives the history again, after what was seen', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const vic = await watcher(eventId);
  for (const text of ['one', 'two']) await ana.say(text);
  expect(await watch(vic, eventId, { after: 1 })).toMatchObject({ viewerCount: 1 });
  expect(await vic.next('eventHistory')).toMatchObject({ messages: [{ text: 'two' }], hasMore: false });
  await ana.say('three');
  await hears(vic, 'three');
});

test('watching another event leaves the first, of either kind', async () => {
  const [first, second] = [await createEvent(), await createEvent()];
  const ana = await enter(first, 'ana');
  const bob = await enter(first, 'bob');
  const vic = await watcher(first);
  await watch(bob, second);
  expect(await ana.next('userLeft')).toMatchObject({ participant: { username: 'bob' }, participantCount: 1 });
  await watch(vic, second);
  const counts = async (id: string) => (await http(`/${id}`)).body.viewerCount;
  await expect.poll(() => Promise.all([first, second].map(counts))).toEqual([0, 2]);
  await ana.say('only for the first');
  const cleo = await enter(second, 'cleo');
  await cleo.say('only for the second');
  for (const viewer of [bob, vic]) {
    await hears(viewer, 'only for the second');
    expect(viewer.all('newMessage').map(({ text }) => text)).toEqual(['only for the second']);
  }
  await Promise.all([bob, vic].map((viewer) => viewer.close()));
  await expect.poll(() => counts(second)).toBe(0);
});

test('what cannot be watched', async () => {
  const eventId = await createEvent();
  const vic = await connect();
  expect(await refusal(watch(vic, 'nowhere'))).toMatchObject({ code: 'EVENT_NOT_FOUND' });
  expect(await refusal(vic.request('watchEvent', {}))).toMatchObject({
    code: 'BAD_REQUEST',
    issues: [{ path: 'eventId' }],
  });
  await watch(vic, eventId);
  await http(`/${eventId}`, { method: 'PATCH', body: { status: 'ended' } });
  expect(await vic.next('eventEnded')).toMatchObject({ event: { status: 'ended' } });
  expect(await refusal(watch(vic, eventId))).toMatchObject({ code: 'EVENT_ENDED' });
});

test('somebody who is banned, and is known on the connection, may not watch', async () => {
  const eventId = await createEvent();
  const bob = await connect();
  const { participant, participantToken } = await bob.join(eventId, 'bob');
  const tab = await connect();
  await tab.join(await createEvent(), 'bob', { participantToken });
  await watch(tab, eventId);
  await tab.next('eventHistory');
  const body = { participantId: participant.id };
  await http(`/${eventId}/bans`, { method: 'POST', body });
  expect(await tab.next('kicked')).toMatchObject({ eventId, banned: true });
  const back = await connect();
  await back.join(await createEvent(), 'bob', { participantToken });
  expect(await refusal(watch(back, eventId))).toMatchObject({ code: 'FORBIDDEN' });
});
