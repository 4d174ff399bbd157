import { expect, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import { createEvent, enter, http, refusal } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';

const reply = async (client: ChatClient, text: string, replyTo: unknown, more: object = {}) =>
  (await client.request<Replies['sendMessage']>('sendMessage', { text, replyTo, ...more })).message;
const page = async (eventId: string) =>
  (await http<{ messages: Message[] }>(`/${eventId}/messages`)).body.messages;

test('a reply carries the beginning of what it answers', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  const original = await ana.say('When does it start?');
  await bob.next('newMessage');
  const answer = await reply(bob, 'At eight.', original.seq);
  expect(answer.replyTo).toEqual({
    seq: 1,
    participant: original.participant,
    text: 'When does it start?',
  });
  for (const client of [ana, bob]) {
    await client.until('the reply', () => client.all('newMessage').some(({ seq }) => seq === answer.seq));
    expect(client.all('newMessage').at(-1)).toEqual(answer);
  }
  expect(await page(eventId)).toEqual([original, answer]);
  const carol = await enter(eventId, 'carol');
  expect(carol.all('eventHistory')[0]?.messages).toEqual([original, answer]);
  expect((await carol.request<Replies['getHistory']>('getHistory')).messages).toEqual([original, answer]);
});

test.for([
  ['nothing has it', 9],
  ['it is no number', 'first'],
  ['it is no whole number', 1.5],
  ['it is no seq', 0],
  ['it is deleted', 1],
])('a reply to a number is refused and changes nothing where %s', async ([, replyTo]) => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const { seq } = await ana.say('taken back');
  await http(`/${eventId}/messages/${seq}`, { method: 'DELETE' });
  expect(await refusal(reply(ana, 'hm', replyTo))).toMatchObject({
    code: 'BAD_REQUEST',
    issues: [{ path: 'replyTo', message: expect.any(String) }],
  });
  expect(await page(eventId)).toEqual([]);
});

test('nothing is quoted of what was deleted: not to those who read later, not in a repeat', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  await ana.say('unspeakable');
  const answer = await reply(bob, 'oh', 1, { clientMessageId: 'mine' });
  await http(`/${eventId}/messages/1`, { method: 'DELETE' });
  expect(await bob.next('messageDeleted')).toMatchObject({ seq: 1 });
  const quoteless = { ...answer, replyTo: { seq: 1, participant: { id: '', username: '' }, text: '' } };
  expect(await page(eventId)).toEqual([quoteless]);
  const carol = await enter(eventId, 'carol');
  expect(carol.all('eventHistory')[0]?.messages).toEqual([quoteless]);
  expect((await carol.request<Replies['getHistory']>('getHistory')).messages).toEqual([quoteless]);
  expect(await reply(bob, 'oh', 1, { clientMessageId: 'mine' })).toEqual(quoteless);
});

test('who has had everything they wrote erased is not named in quotes', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  const { participant } = await ana.say('regrettable');
  await reply(bob, 'oh', 1);
  await http(`/${eventId}/messages?participantId=${participant.id}`, { method: 'DELETE' });
  expect(JSON.stringify(await page(eventId))).not.toMatch(/regrettable|ana/);
});
