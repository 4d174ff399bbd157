import { expect, test } from 'vitest';
import { connect, createEvent, enter, refusal } from '../support/chat.ts';

test('the joiner gets an ack, then the history; the others hear of it', async () => {
  const eventId = await createEvent();
  const ana = await connect();
  const reply = await ana.join(eventId, '  ana ');
  expect(reply.event).toMatchObject({ id: eventId, status: 'active', participantCount: 1 });
  expect(reply.participant).toEqual({
    id: expect.any(String),
    username: 'ana',
    joinedAt: expect.any(String),
  });
  expect(reply.latestSeq).toBe(0);
  expect(reply.can).toEqual({ send: true, moderate: false, operate: false });
  expect(await ana.next('eventHistory')).toEqual({
    eventId,
    messages: [],
    participants: [reply.participant],
    participantCount: 1,
    hasMore: false,
  });
  const acked = ana.frames.findIndex((frame) => frame.includes('"ack"'));
  const history = ana.frames.findIndex((frame) => frame.includes('"eventHistory"'));
  expect(acked).toBeLessThan(history);

  const bob = await connect();
  const { participant } = await bob.join(eventId, 'bob');
  expect(await ana.next('userJoined')).toEqual({ eventId, participant, participantCount: 2 });
  expect(await bob.next('eventHistory')).toMatchObject({
    participants: [{ username: 'ana' }, { username: 'bob' }],
    participantCount: 2,
  });
  expect(bob.all('userJoined')).toEqual([]);
});

test('joining another event leaves the first', async () => {
  const [first, second] = [await createEvent(), await createEvent()];
  const ana = await enter(first, 'ana');
  const bob = await enter(first, 'bob');
  const cleo = await enter(second, 'cleo');
  await bob.join(second, 'bob');
  expect(await ana.next('userLeft')).toMatchObject({
    eventId: first,
    participant: { username: 'bob' },
    participantCount: 1,
  });
  expect(await cleo.next('userJoined')).toMatchObject({ eventId: second, participantCount: 2 });
  await ana.say('only for the first');
  await cleo.say('only for the second');
  expect(await bob.next('newMessage')).toMatchObject({ text: 'only for the second' });
  expect(bob.all('newMessage')).toHaveLength(1);
});

test('joining again changes nothing and gives the history again', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  // Once she hears what is said nobody is told to her twice.
  await ana.say('anybody?');
  await ana.next('newMessage');
  const bob = await connect();
  const first = await bob.join(eventId, 'bob');
  await ana.next('userJoined');
  await bob.next('eventHistory');
  const again = await bob.join(eventId, 'bob');
  expect(again.participant).toEqual(first.participant);
  expect(again.participantToken).toBe(first.participantToken);
  expect(again.event.participantCount).toBe(2);
  expect(await bob.next('eventHistory')).toMatchObject({ participantCount: 2 });
  await bob.say('still here');
  expect(await ana.next('newMessage')).toMatchObject({ text: 'still here' });
  const heard = ana.received.map(({ event }) => event);
  expect(heard).toEqual(['eventHistory', 'newMessage', 'userJoined', 'newMessage']);
  expect(await bob.next('newMessage')).toMatchObject({ text: 'still here' });
});

test('joining again under another name renames: userLeft, then userJoined', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await connect();
  const { participant } = await bob.join(eventId, 'bob');
  await ana.next('userJoined');
  const renamed = await bob.join(eventId, 'bobby');
  expect(renamed.participant).toEqual({ ...participant, username: 'bobby' });
  await ana.next('userJoined');
  expect(ana.received.slice(-2)).toEqual([
    { event: 'userLeft', data: { eventId, participant, participantCount: 2 } },
    { event: 'userJoined', data: { eventId, participant: renamed.participant, participantCount: 2 } },
  ]);
  await bob.say('hi');
  expect(await ana.next('newMessage')).toMatchObject({
    participant: { id: participant.id, username: 'bobby' },
  });
});

test('several tabs are one participant: one arrival, and one departure with the last of them', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const tab1 = await connect();
  const { participantToken, participant } = await tab1.join(eventId, 'bob');
  await ana.next('userJoined');
  const tab2 = await connect();
  const second = await tab2.join(eventId, 'bob', { participantToken });
  expect(second.participant.id).toBe(participant.id);
  expect(second.participantToken).toBe(participantToken);
  expect(second.event.participantCount).toBe(2);
  await tab2.next('eventHistory');
  await tab1.close();
  await tab2.say('still here');
  await ana.next('newMessage');
  expect(ana.all('userLeft')).toEqual([]);
  await tab2.close();
  expect(await ana.next('userLeft')).toMatchObject({
    participant: { id: participant.id },
    participantCount: 1,
  });
  expect(ana.all('userJoined')).toHaveLength(1);
});

test('a name taken in one tab is the name in all', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const tab1 = await connect();
  const { participantToken, participant } = await tab1.join(eventId, 'old');
  await tab1.next('eventHistory');
  const tab2 = await enter(eventId, 'new', { participantToken });
  await ana.until('the new name', (got) => got.filter((e) => e.event === 'userJoined').length === 2);
  await expect.poll(async () => (await tab1.say('who am I?')).participant.username).toBe('new');
  await tab2.close();
  await tab1.say('still new');
  await ana.until('the last words', (got) =>
    got.some((e) => e.event === 'newMessage' && e.data.text === 'still new'),
  );
  expect(ana.all('userLeft').map((e) => e.participant)).toEqual([participant]);
  expect(ana.all('userJoined').map((e) => e.participant?.username)).toEqual(['old', 'new']);
});

test('a token makes somebody who comes back the same participant; without it a join is a new one', async () => {
  const eventId = await createEvent();
  const first = await connect();
  const { participant, participantToken } = await first.join(eventId, 'ana');
  await first.close();
  const back = await connect();
  expect((await back.join(eventId, 'ana', { participantToken })).participant.id).toBe(participant.id);
  const other = await connect();
  const stranger = await other.join(eventId, 'ana');
  expect(stranger.participant.id).not.toBe(participant.id);
  expect(stranger.participantToken).not.toBe(participantToken);
});

test('the token is a secret: nobody else ever sees it', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await connect();
  const { participantToken } = await bob.join(eventId, 'bob');
  await bob.say('hello');
  await ana.next('newMessage');
  const late = await enter(eventId, 'late');
  expect([...ana.frames, ...late.frames].join('\n')).not.toContain(participantToken);
});

test('with `after`, the history is what was missed', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  for (const text of ['one', 'two', 'three', 'four']) await ana.say(text);
  const bob = await connect();
  await bob.join(eventId, 'bob', { after: 2 });
  expect(await bob.next('eventHistory')).toMatchObject({
    messages: [{ seq: 3 }, { seq: 4 }],
    hasMore: false,
  });
});

test('an unknown event is EVENT_NOT_FOUND', async () => {
  const ana = await connect();
  expect(await refusal(ana.join('nowhere', 'ana'))).toMatchObject({ code: 'EVENT_NOT_FOUND' });
});

test('twenty people who join at once all hear of each other, and the count is right', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  await Promise.all(Array.from({ length: 20 }, (_, i) => enter(eventId, `guest ${i}`)));
  await ana.until('20 arrivals', (got) => got.filter((e) => e.event === 'userJoined').length === 20);
  expect(new Set(ana.all('userJoined').map((e) => e.participant?.username)).size).toBe(20);
  expect(ana.all('userJoined').at(-1)?.participantCount).toBe(21);
});
