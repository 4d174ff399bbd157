import { beforeEach, expect, test } from 'vitest';
import { updateEvent } from '../../shared/chat/moderation/update-event.ts';
import { type Ask, Reviewer, type ReviewRequest } from '../../shared/chat/reviewer.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';

let room: ChatOnTable;
let ana: Connection;
beforeEach(async () => {
  room = await chatOnTable();
  ana = await room.enter('ana');
});

const operator = { name: 'operator', rights: ['operate'] as const };
const rejection = (reason: string) => ({ code: 'MESSAGE_REJECTED', details: { reason } });

/** Sends by way of a reviewer, and keeps what it was asked and what was counted. */
function reviewed(ask: Ask, fallback: 'allow' | 'deny' = 'allow') {
  const asked: ReviewRequest[] = [];
  const counted: Record<string, number> = {};
  const reviewer = new Reviewer((request) => {
    asked.push(request);
    return ask(request);
  });
  const count = (name: string, value: number) => {
    counted[name] = (counted[name] ?? 0) + value;
  };
  const chat = {
    ...room.chat,
    settings: { ...room.chat.settings, 'review.fallback': fallback },
    metrics: { count },
    reviewer,
  };
  const say = async (text: string, clientMessageId?: string, connection = ana) =>
    (await sendMessage(chat, connection, { text, clientMessageId })).data.message;
  return { asked, counted, say };
}
/** As JSON: what is undefined is not there. */
const answering = (answer: unknown, fallback?: 'allow' | 'deny') =>
  reviewed(async () => JSON.parse(JSON.stringify({ answer })).answer, fallback);
const texts = async () =>
  (await room.log()).map((entry) => (entry.kind === 'message' ? entry.message.text : entry.kind));

test('it gets the message, and one that it allows is written as it was sent', async () => {
  const { say, asked, counted } = answering({ action: 'allow', text: 'not asked for' });
  const message = await say('hello');
  const { id, username } = message.participant;
  const participant = { id, username };
  expect(asked).toEqual([{ eventId: 'e', message: { id: message.id, text: 'hello', participant } }]);
  expect(await texts()).toEqual(['hello']);
  expect(counted).toEqual({ Reviewed: 1, Messages: 1 });
});

test('one that it denies takes no number', async () => {
  const { say, counted } = answering({ action: 'deny', reason: 'Be kind.' });
  await expect(say('hello')).rejects.toMatchObject(rejection('Be kind.'));
  expect((await getEventHead(room.table, 'e'))?.seq).toBe(0);
  expect(counted).toEqual({ Reviewed: 1, Denied: 1 });
});

test.for([
  ['no reason', undefined, 'review'],
  ['one that is no text', 7, 'review'],
  ['one that shows nothing', ' \u200b\n', 'review'],
  ['one with control characters', 'Be\u0000\nkind.\u202e', 'Bekind.'],
  ['one that is too long', 'a'.repeat(300), 'a'.repeat(200)],
] as const)('a denial with %s has one that can be shown', async ([, reason, shown]) => {
  const { say } = answering({ action: 'deny', reason });
  await expect(say('hello')).rejects.toMatchObject(rejection(shown));
});

test('one that it changes is written, acknowledged and found again as changed', async () => {
  const { say, asked } = answering({ action: 'modify', text: 'h***o', reason: 'ignored' });
  const message = await say('hello', 'id');
  expect(message).toMatchObject({ text: 'h***o', clientMessageId: 'id' });
  expect(await say('hello', 'id')).toEqual(message);
  expect(await texts()).toEqual(['h***o']);
  // Whoever repeats an acknowledged message does not wait, and costs nothing.
  expect(asked).toHaveLength(1);
});

test('it may change metadata alone', async () => {
  const { say } = answering({ action: 'modify', text: null, metadata: { language: 'de' } });
  expect(await say('hallo')).toMatchObject({ text: 'hallo', metadata: { language: 'de' } });
});

const wrong: [what: string, answer: unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', 'allow'],
  ['a list', [{ action: 'allow' }]],
  ['no action', {}],
  ['an unknown action', { action: 'hold' }],
  ['a change of nothing', { action: 'modify', text: null }],
  ['a blank text', { action: 'modify', text: ' ' }],
  ['a text that is too long', { action: 'modify', text: 'a'.repeat(2_001) }],
  ['a text with control characters', { action: 'modify', text: 'a\u0000' }],
  ['a text that is none', { action: 'modify', text: 7 }],
  ['metadata that clients could not send', { action: 'modify', text: 'hi', metadata: { language: 7 } }],
];
test.for(wrong)('%s is no answer', async ([, answer]) => {
  const allowing = answering(answer, 'allow');
  expect(await allowing.say('hello')).toMatchObject({ text: 'hello' });
  expect(allowing.counted).toEqual({ Reviewed: 1, ReviewFailed: 1, Messages: 1 });
  const denying = answering(answer, 'deny');
  await expect(denying.say('hello')).rejects.toMatchObject(rejection('review'));
  expect(denying.counted).toEqual({ Reviewed: 1, ReviewFailed: 1 });
  expect(await texts()).toEqual(['hello']);
});

test('neither is a failure, nor are those for which it is not asked any more', async () => {
  const { say, asked, counted } = reviewed(async () => {
    throw new Error('hello');
  });
  for (let count = 0; count < 7; count += 1)
    await say(String(count), undefined, await room.enter(`p${count}`));
  expect(asked).toHaveLength(5);
  expect(counted).toEqual({ Reviewed: 5, ReviewFailed: 7, Messages: 7 });
  expect(await texts()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
});

test('hosts are not reviewed', async () => {
  await updateEvent(room.chat, 'e', operator, { hosts: [participantIdOf(ana)] });
  const { say, asked } = answering({ action: 'deny' });
  await say('hello', undefined, await room.find('ana'));
  expect(asked).toEqual([]);
});

test('of two sends of one message at once, one is written, whatever the reviewer says of the other', async () => {
  let answers = 0;
  const { say } = reviewed(async () => {
    answers += 1;
    return { action: 'modify', text: `changed ${answers}` };
  });
  const [first, second] = await Promise.all([say('hello', 'id'), say('hello', 'id')]);
  expect(first).toEqual(second);
  expect((await texts()).filter((text) => text !== 'void')).toEqual([first?.text]);
});

test('what changes while it is asked counts', async () => {
  const { say } = reviewed(async () => {
    await updateEvent(room.chat, 'e', operator, { paused: true });
    return { action: 'allow' };
  });
  await expect(say('hello')).rejects.toMatchObject({ code: 'EVENT_PAUSED' });
});

test('a message is as old as its number, however long the reviewer took', async () => {
  let other = '';
  const { say } = reviewed(async () => {
    other = (await room.say(ana, 'faster')).sentAt;
    return { action: 'allow' };
  });
  const { sentAt } = await say('hello');
  expect(sentAt >= other).toBe(true);
  expect(await texts()).toEqual(['faster', 'hello']);
});
