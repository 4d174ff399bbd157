import { expect, test } from 'vitest';
import type { AuditRecord, Event, Message } from '../../shared/protocol/entities.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import { connect, createEvent, enter, hears, http, refusal } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';

/** An event with a host, and somebody who is there. */
async function scene() {
  const eventId = await createEvent();
  const host = await connect();
  const { participant } = await host.join(eventId, 'hana');
  await http(`/${eventId}`, { method: 'PATCH', body: { hosts: [{ participantId: participant.id }] } });
  const bob = await enter(eventId, 'bob');
  return { eventId, host, hostId: participant.id, bob };
}

const announce = async (client: ChatClient, data: object) =>
  (await client.request<Replies['announce']>('announce', data)).message;
const publish = (eventId: string, body: object) =>
  http<{ message: Message }>(`/${eventId}/messages`, { method: 'POST', body });
const pinnedIn = async (eventId: string) => (await http<Event>(`/${eventId}`)).body.pinned;
const audited = async (eventId: string) =>
  (await http<{ records: AuditRecord[] }>(`/${eventId}/audit`)).body.records.map(({ action }) => action);
/** The last pinned message that somebody has heard of; null: that there is none. */
const heardPinned = (client: ChatClient) => client.all('eventUpdated').at(-1)?.event.pinned ?? null;

test('an announcement is a message of its own kind, also in a paused event, and is audited', async () => {
  const { eventId, host, hostId, bob } = await scene();
  await host.request('updateEvent', { paused: true });
  const message = await announce(host, { text: 'We begin in five minutes.' });
  expect(message).toMatchObject({
    kind: 'announcement',
    text: 'We begin in five minutes.',
    participant: { id: hostId, username: 'hana', role: 'host' },
  });
  for (const client of [host, bob]) expect(await client.next('newMessage')).toEqual(message);
  const carol = await enter(eventId, 'carol');
  expect(carol.all('eventHistory')[0]?.messages).toEqual([message]);
  expect((await audited(eventId))[0]).toBe('announce');
});

test('a repeated announcement is the first one, and pinned by either', async () => {
  const { eventId, host, bob } = await scene();
  const once = { text: 'Once.', clientMessageId: 'a1' };
  const first = await announce(host, once);
  expect(await announce(host, { ...once, pin: true })).toEqual(first);
  expect(await pinnedIn(eventId)).toEqual(first);
  await expect.poll(() => heardPinned(bob)).toEqual(first);
  expect(bob.all('newMessage')).toEqual([first]);
});

test('a pinned message is on the event for everybody, until it is unpinned', async () => {
  const { eventId, host, bob } = await scene();
  const message = await bob.say('Rules: be kind.');
  const { event } = await host.request<Replies['pin']>('pin', { seq: message.seq });
  expect(event.pinned).toEqual(message);
  for (const client of [host, bob]) await expect.poll(() => heardPinned(client)).toEqual(message);
  const carol = await connect();
  expect((await carol.join(eventId, 'carol')).event.pinned).toEqual(message);
  expect(await pinnedIn(eventId)).toEqual(message);
  expect((await host.request<Replies['unpin']>('unpin')).event).not.toHaveProperty('pinned');
  for (const client of [host, bob, carol]) await expect.poll(() => heardPinned(client)).toBeNull();
  expect((await audited(eventId)).slice(0, 2)).toEqual(['unpin', 'pin']);
});

test('the pin over HTTP', async () => {
  const { eventId, bob } = await scene();
  const message = await bob.say('Rules: be kind.');
  const pinned = await http(`/${eventId}/pin`, { method: 'PUT', body: { seq: message.seq } });
  expect([pinned.status, pinned.body.pinned]).toEqual([200, message]);
  expect((await http(`/${eventId}/pin`, { method: 'PUT', body: { seq: 99 } })).status).toBe(404);
  expect((await http(`/${eventId}/pin`, { method: 'PUT', body: {} })).status).toBe(400);
  expect((await http(`/${eventId}/pin`, { method: 'DELETE' })).status).toBe(204);
  expect((await http(`/${eventId}/pin`, { method: 'DELETE' })).status).toBe(204);
  expect(await pinnedIn(eventId)).toBeUndefined();
});

test('lists of events leave the pinned message out', async () => {
  const { eventId, host, bob } = await scene();
  await announce(host, { text: 'Pinned.', pin: true });
  const { body } = await http<{ events: Event[] }>('?limit=100');
  expect(body.events.find(({ id }) => id === eventId)).not.toHaveProperty('pinned');
  const { events } = await bob.request<Replies['getActiveEvents']>('getActiveEvents', { limit: 100 });
  expect(events.find(({ id }) => id === eventId)).not.toHaveProperty('pinned');
});

test.for(['message', 'person'])(
  'a pinned message that is deleted, by %s, is unpinned for everybody',
  async (by) => {
    const { eventId, host, bob } = await scene();
    const { seq, participant } = await bob.say('Buy now!');
    await host.request('pin', { seq });
    await expect.poll(() => heardPinned(bob)).toMatchObject({ seq });
    const which = by === 'message' ? `/${seq}` : `?participantId=${participant.id}`;
    await http(`/${eventId}/messages${which}`, { method: 'DELETE' });
    for (const client of [host, bob]) await expect.poll(() => heardPinned(client)).toBeNull();
    expect(await pinnedIn(eventId)).toBeUndefined();
  },
);

test('the end of an event is told with its pinned message; then nothing is pinned or announced any more', async () => {
  const { eventId, host, bob } = await scene();
  const pinned = await announce(host, { text: 'Thank you all.', pin: true });
  await host.request('updateEvent', { status: 'ended' });
  expect((await bob.next('eventEnded')).event.pinned).toEqual(pinned);
  const ended = { code: 'EVENT_ENDED' };
  expect(await refusal(host.request('pin', { seq: pinned.seq }))).toMatchObject(ended);
  expect(await refusal(host.request('unpin'))).toMatchObject(ended);
  expect(await refusal(host.request('announce', { text: 'One more.' }))).toMatchObject(ended);
  expect((await publish(eventId, { text: 'One more.' })).status).toBe(409);
  expect(await pinnedIn(eventId)).toEqual(pinned);
});

const refusedRequests = [
  ['announce', {}, 'text'],
  ['announce', { text: ' ' }, 'text'],
  ['announce', { text: 'x', pin: 'yes' }, 'pin'],
  ['announce', { text: 'x', clientMessageId: '' }, 'clientMessageId'],
  ['pin', {}, 'seq'],
  ['pin', { seq: '1' }, 'seq'],
  ['pin', { seq: 0 }, 'seq'],
] as const;
test(`refused are ${refusedRequests.map(([action, data]) => `${action} ${JSON.stringify(data)}`).join(', ')}`, async () => {
  const { eventId, host } = await scene();
  for (const [action, data, path] of refusedRequests) {
    expect(await refusal(host.request(action, data)), `${action} with ${JSON.stringify(data)}`).toMatchObject(
      {
        code: 'BAD_REQUEST',
        issues: [{ path, message: expect.any(String) }],
      },
    );
  }
  expect((await http<{ messages: Message[] }>(`/${eventId}/messages`)).body.messages).toEqual([]);
});

test('a backend publishes to everybody, in order with the others', async () => {
  const { eventId, bob } = await scene();
  await bob.say('before');
  const { status, body } = await publish(eventId, {
    text: 'Goal!',
    username: 'Scores',
    metadata: { minute: '93' },
    clientMessageId: 'goal-1',
  });
  expect(status).toBe(201);
  expect(body.message).toEqual({
    id: expect.any(String),
    eventId,
    seq: expect.any(Number),
    participant: { id: expect.stringMatching(/^[\w-]{22}$/), username: 'Scores', role: 'bot' },
    text: 'Goal!',
    sentAt: expect.any(String),
    metadata: { minute: '93' },
    clientMessageId: 'goal-1',
  });
  await hears(bob, 'Goal!');
  expect(bob.all('newMessage').at(-1)).toEqual(body.message);
  const repeat = await publish(eventId, { text: 'Goal!', clientMessageId: 'goal-1' });
  expect([repeat.status, repeat.body]).toEqual([201, body]);
  const other = await publish(eventId, { text: 'And another!' });
  expect(other.body.message.participant).toEqual({ ...body.message.participant, username: 'Bot' });
  await hears(bob, 'And another!');
  expect(bob.all('newMessage').map(({ text }) => text)).toEqual(['before', 'Goal!', 'And another!']);
});

test('a backend announces and pins as an operator, past pause and slow mode', async () => {
  const { eventId, host, bob } = await scene();
  await host.request('updateEvent', { paused: true, slowModeSeconds: 100 });
  const { body } = await publish(eventId, { text: 'Doors open.', kind: 'announcement', pin: true });
  expect(body.message).toMatchObject({
    kind: 'announcement',
    participant: { username: 'Announcement', role: 'operator' },
  });
  await expect.poll(() => heardPinned(bob)).toEqual(body.message);
  expect((await publish(eventId, { text: 'And a bot.' })).status).toBe(201);
});

const notPublished = [
  ['nothing', {}, 'text'],
  ['another kind', { text: 'x', kind: 'message' }, 'kind'],
  ['a blank name', { text: 'x', username: ' ' }, 'username'],
  ['a list for metadata', { text: 'x', metadata: [] }, 'metadata'],
  ['a number for pin', { text: 'x', pin: 1 }, 'pin'],
  ['a long text', { text: 'x'.repeat(2_001) }, 'text'],
] as const;
test(`not published are ${notPublished.map(([what]) => what).join(', ')}`, async () => {
  const eventId = await createEvent();
  for (const [what, body, path] of notPublished) {
    const answer = await http<{ error: object }>(`/${eventId}/messages`, { method: 'POST', body });
    expect([what, answer.status]).toEqual([what, 400]);
    expect(answer.body.error, what).toMatchObject({ code: 'BAD_REQUEST', issues: [{ path }] });
  }
});

test('to publish to an event that is not there is refused', async () => {
  const { status, body } = await publish('nowhere', { text: 'x' });
  expect([status, body]).toMatchObject([404, { error: { code: 'EVENT_NOT_FOUND' } }]);
});
