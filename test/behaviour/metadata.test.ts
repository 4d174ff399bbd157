import { expect, test } from 'vitest';
import type { Replies } from '../../shared/protocol/replies.ts';
import { connect, createEvent, enter, refusal } from '../support/chat.ts';

const avatar = { avatar: 'https://example.com/ana.png', team: 'red' };

test('everybody sees the metadata of participants and of messages', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await connect();
  const join = { eventId, username: 'ana', metadata: avatar };
  const { participant } = await ana.request<Replies['joinEvent']>('joinEvent', join);
  expect(participant.metadata).toEqual(avatar);
  expect((await bob.next('userJoined')).participant).toEqual(participant);
  expect((await ana.next('eventHistory')).participants).toContainEqual(participant);
  const data = { text: 'hi', metadata: { colour: 'blue' } };
  const { message } = await ana.request<Replies['sendMessage']>('sendMessage', data);
  expect(message).toMatchObject({ metadata: { colour: 'blue' }, participant: { metadata: avatar } });
  expect(await bob.next('newMessage')).toEqual(message);
  const carol = await connect();
  await carol.join(eventId, 'carol');
  const history = await carol.next('eventHistory');
  expect(history.messages).toEqual([message]);
  expect(history.participants).toContainEqual(participant);
});

test('another join has other metadata, or none, and is no renaming', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  const join = (metadata?: object) =>
    ana.request<Replies['joinEvent']>('joinEvent', { eventId, username: 'ana', metadata });
  expect((await join({ team: 'blue' })).participant.metadata).toEqual({ team: 'blue' });
  expect((await ana.say('blue')).participant.metadata).toEqual({ team: 'blue' });
  expect((await join()).participant).not.toHaveProperty('metadata');
  await ana.say('none');
  await bob.until('both', () => bob.all('newMessage').length === 2);
  expect(bob.all('userLeft')).toEqual([]);
  expect(bob.all('userJoined')).toEqual([]);
});

const refusedMetadata = [
  ['no object', '"text"', 'metadata'],
  ['a list', '["a"]', 'metadata'],
  ['a number', '{"a":1}', 'metadata.a'],
  ['an object inside', '{"a":{}}', 'metadata.a'],
  ['a null inside', '{"a":null}', 'metadata.a'],
  ['__proto__', '{"__proto__":"x"}', 'metadata.__proto__'],
  ['constructor', '{"constructor":"x"}', 'metadata.constructor'],
  ['prototype', '{"prototype":"x"}', 'metadata.prototype'],
  ['an empty key', '{"":"x"}', 'metadata'],
  ['a long key', `{"${'k'.repeat(33)}":"x"}`, `metadata.${'k'.repeat(33)}`],
  ['a control character in a key', String.raw`{"a\u0007":"x"}`, 'metadata.a\u0007'],
  ['a long value', `{"a":"${'x'.repeat(201)}"}`, 'metadata.a'],
  ['a control character', String.raw`{"a":"\u0000"}`, 'metadata.a'],
  ['half a character', String.raw`{"a":"\ud800"}`, 'metadata.a'],
  [
    'eleven keys',
    JSON.stringify(Object.fromEntries(Array.from('abcdefghijk', (key) => [key, '']))),
    'metadata',
  ],
  ['more than 512 bytes', JSON.stringify({ a: '€'.repeat(90), b: '€'.repeat(90) }), 'metadata'],
] as const;
test(`metadata are refused and change nothing: ${refusedMetadata.map(([what]) => what).join(', ')}`, async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  for (const [what, metadata, path] of refusedMetadata) {
    const refused = { code: 'BAD_REQUEST', issues: [{ path, message: expect.any(String) }] };
    const join = `{"eventId":"${eventId}","username":"ana","metadata":${metadata}}`;
    ana.sendText(`{"action":"sendMessage","data":{"text":"hi","metadata":${metadata}}}`);
    expect(await ana.next('error'), `${what}, with a message`).toMatchObject(refused);
    ana.sendText(`{"action":"joinEvent","data":${join}}`);
    expect(await ana.next('error'), `${what}, with a join`).toMatchObject(refused);
  }
  const { messages } = await ana.request<Replies['getHistory']>('getHistory');
  expect(messages).toEqual([]);
});

test('metadata may have ten keys, 512 bytes, and empty values', async () => {
  const eventId = await createEvent();
  const metadata = Object.fromEntries(Array.from('abcdefghij', (key) => [key, '']));
  const size = Buffer.byteLength(JSON.stringify(metadata));
  metadata.a = 'x'.repeat(200);
  metadata.b = 'x'.repeat(200);
  metadata.c = 'x'.repeat(512 - size - 400);
  const ana = await connect();
  const data = { eventId, username: 'ana', metadata };
  expect((await ana.request<Replies['joinEvent']>('joinEvent', data)).participant.metadata).toEqual(metadata);
  const left = await refusal(ana.request('sendMessage', { text: 'x', metadata: { ...metadata, d: 'x' } }));
  expect(left).toMatchObject({ code: 'BAD_REQUEST' });
});
