import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkRules } from '../../shared/chat/check-rules.ts';
import { joinEvent } from '../../shared/chat/join-event.ts';
import { listAudit } from '../../shared/chat/moderation/lists.ts';
import { type Changes, updateEvent } from '../../shared/chat/moderation/update-event.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import { getBlockedWords } from '../../shared/store/blocked-words.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { updateCursor } from '../../shared/store/cursor.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import { createEvent, getEvent } from '../../shared/store/events.ts';
import { refusedWith } from '../support/tokens.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';

let room: ChatOnTable;
let ana: Connection;
beforeEach(async () => {
  room = await chatOnTable();
  ana = await room.enter('ana');
});
afterEach(() => {
  vi.useRealTimers();
});

const olga = { name: 'olga', rights: ['operate'] as const };
const change = (changes: Changes) => updateEvent(room.chat, 'e', olga, changes);
const reasonOf = async (text: string, clientMessageId?: string, who = ana) => {
  const error = await refusedWith(room.say(who, text, clientMessageId));
  expect(error.code).toBe('MESSAGE_REJECTED');
  return error.reason;
};
const said = async () =>
  (await room.log()).flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []));
const readsHead = (command: object) => command instanceof GetCommand && command.input.Key?.sk === 'HEAD';
const readsWords = (command: object) => command instanceof GetCommand && command.input.Key?.sk === 'WORDS';
const changesHead = (command: object) => command instanceof UpdateCommand && command.input.Key?.sk === 'HEAD';

/** A change, a message that it forbids, the reason, and one that may come all the same. */
const rules: [Changes, string, string, string][] = [
  [{ blockedWords: ['buy now'] }, 'Bυy  nοw!', 'word', 'buy it now'],
  [{ links: 'deny' }, 'see example.com', 'link', 'see example, com'],
];

test.for(rules)('%j: %s is rejected', async ([changes, text, reason, fine]) => {
  await change(changes);
  expect(await reasonOf(text)).toBe(reason);
  await room.say(ana, fine);
  expect(await said()).toEqual([fine]);
});

test.for(rules)('%j holds for the names and metadata of guests, too: %s', async ([changes, text, , fine]) => {
  const join = async (person: { username: string; metadata?: Record<string, string> }) =>
    joinEvent(room.chat, await room.find('ana'), { eventId: 'e', ...person });
  await change(changes);
  const wrong = (path: string) => ({ code: 'BAD_REQUEST', issues: [{ path }] });
  expect(await refusedWith(join({ username: text }))).toMatchObject(wrong('username'));
  for (const metadata of [{ say: text }, { [text]: '' }])
    expect(await refusedWith(join({ username: 'ana', metadata }))).toMatchObject(wrong('metadata'));
  await join({ username: fine, metadata: { say: fine } });
  await change({ hosts: [participantIdOf(ana)] });
  await join({ username: text });
});

test.for(rules)('%j holds for the keys of metadata: %s', async ([changes, text, reason]) => {
  await change(changes);
  const metadata = { [text]: '' };
  const error = await refusedWith(sendMessage(room.chat, ana, { text: 'hello', metadata }));
  expect(error).toMatchObject({ code: 'MESSAGE_REJECTED', reason });
});

test('an event has a hundred different reactions over time', async () => {
  const emoji = (from: number) =>
    Array.from({ length: 12 }, (_, i) => String.fromCodePoint(0x1f400 + from + i));
  const told = Object.fromEntries([...Array(8)].flatMap((_, i) => emoji(12 * i)).map((one) => [one, 1]));
  await updateCursor(room.table, 'e', {
    UpdateExpression: 'SET reactionsTold = :told',
    ExpressionAttributeValues: { ':told': told },
  });
  await change({ reactions: emoji(84) });
  expect(await refusedWith(change({ reactions: emoji(96) }))).toMatchObject({
    code: 'BAD_REQUEST',
    issues: [{ path: 'reactions' }],
  });
});

test.for(rules)('%j binds whoever has looked at the event before it: %s', async ([changes, text, reason]) => {
  room.after(readsHead, () => change(changes));
  expect(await reasonOf(text)).toBe(reason);
  room.before(changesHead, () => change({ paused: true }));
  expect(await refusedWith(room.say(ana, 'hm'))).toMatchObject({ code: 'EVENT_PAUSED' });
  expect(await said()).toEqual([]);
});

test.for([...rules, [{ repeats: 'deny' } as Changes, 'same', 'repeat', ''] as const])(
  '%j does not bind moderators, operators and hosts: %s',
  async ([changes, text]) => {
    const participantId = participantIdOf(ana);
    await change(changes);
    for (const right of ['moderate', 'operate'] as const) {
      const identity = { participantId, username: 'ana', rights: [right], expiresAt: Date.now() + 60_000 };
      for (let i = 0; i < 2; i += 1) await room.say({ ...ana, identity }, text);
    }
    await change({ hosts: [participantId] });
    for (let i = 0; i < 2; i += 1) await room.say(ana, text);
    expect(await said()).toHaveLength(6);
  },
);

test('a rule is gone as it came', async () => {
  await change({ blockedWords: ['spam'], links: 'deny', repeats: 'deny' });
  expect(await getEvent(room.table, 'e')).toMatchObject({ links: 'deny', repeats: 'deny' });
  await change({ blockedWords: [], links: 'allow', repeats: 'allow' });
  expect(await getEvent(room.table, 'e')).not.toHaveProperty('links');
  for (let i = 0; i < 2; i += 1) await room.say(ana, 'spam on example.com');
  expect(await getBlockedWords(room.table, 'e')).toEqual([]);
});

test('an event has its rules from the first', async () => {
  const words = ['spam'];
  await createEvent(room.table, 'f', { name: 'F', links: 'deny', blockedWords: words }, Date.now());
  const bob = await room.connect('bob').then(() => room.join('bob', 'f'));
  expect(await reasonOf('spam', undefined, bob)).toBe('word');
  expect(await reasonOf('www.example.com', undefined, bob)).toBe('link');
});

test('metadata is looked at, too', async () => {
  await change({ blockedWords: ['spam'], links: 'deny' });
  const head = await getEventHead(room.table, 'e');
  const author = { id: participantIdOf(ana), username: 'ana' };
  const draft = { id: 'one', eventId: 'e', participant: author, text: 'hello', sentAt: '' };
  const checked = (metadata: Record<string, string>) =>
    checkRules(room.chat, ana, { ...draft, metadata })(head ?? {});
  expect(await checked({ colour: 'blue' })).toEqual({ ruleChanges: 1 });
  expect(await refusedWith(checked({ colour: 's p a m' }))).toMatchObject({ reason: 'word' });
  expect(await refusedWith(checked({ icon: 'https://example.com' }))).toMatchObject({ reason: 'link' });
});

test('a list is read once for each version and environment', async () => {
  await change({ blockedWords: ['spam'] });
  room.commands.length = 0;
  await room.say(ana, 'one');
  await room.say(ana, 'two');
  expect(room.commands.filter(readsWords)).toHaveLength(1);
  await change({ blockedWords: ['two'] });
  expect(await reasonOf('two')).toBe('word');
  await room.say(ana, 'spam');
  expect(room.commands.filter(readsWords)).toHaveLength(2);
});

test('no rule costs a request, but for repeats one write', async () => {
  const costOf = async (text: string) => {
    room.commands.length = 0;
    await room.say(ana, text);
    return room.commands.length;
  };
  const usual = await costOf('one');
  await change({ blockedWords: ['spam'], links: 'deny' });
  await costOf('two');
  expect(await costOf('three')).toBe(usual);
  await change({ repeats: 'deny' });
  expect(await costOf('four')).toBe(usual + 1);
});

test('the audit says how many words there are, not which: hosts read it', async () => {
  await change({ blockedWords: ['unspeakable', 'spam'] });
  const { records } = await listAudit(room.chat, 'e', {});
  expect(records).toMatchObject([{ action: 'updateEvent', changes: { words: 2 } }]);
  expect(JSON.stringify(records)).not.toContain('unspeakable');
});

test.for([
  ['the words', (command: object) => JSON.stringify(command).includes('"WORDS"')],
  ['the head', changesHead],
] as const)('whatever fails at %s, the repeat makes the rule', async ([, matches]) => {
  await change({ blockedWords: ['other'] });
  room.before(matches, () => {
    throw new Error('DynamoDB is not there');
  });
  await expect(change({ blockedWords: ['spam'] })).rejects.toThrow('DynamoDB is not there');
  await change({ blockedWords: ['spam'] });
  expect(await reasonOf('spam')).toBe('word');
  await room.say(ana, 'other');
});

test('nobody says the same twice within half a minute; others do, and so do they later', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await change({ repeats: 'deny' });
  const bob = await room.enter('bob');
  await room.say(ana, 'Hello there');
  for (const text of ['Hello there', 'hello  THERE', 'ｈｅｌｌｏ there', 'he\u200bllo there'])
    expect(await reasonOf(text)).toBe('repeat');
  await room.say(ana, 'Hello, you');
  // Not the last, but still within the time.
  expect(await reasonOf('Hello there')).toBe('repeat');
  await room.say(bob, 'Hello there');
  vi.setSystemTime(Date.now() + 30_000);
  await room.say(ana, 'Hello there');
});

test('of the same, sent at once, one comes', async () => {
  await change({ repeats: 'deny' });
  const sends = await Promise.allSettled(Array.from({ length: 5 }, () => room.say(ana, 'first!')));
  expect(sends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await said()).toEqual(['first!']);
});

test('an answered message is found again by its clientMessageId; the same with another is a repeat', async () => {
  await change({ repeats: 'deny' });
  const first = await room.say(ana, 'hello', 'mine');
  expect(await room.say(ana, 'hello', 'mine')).toEqual(first);
  expect(await reasonOf('hello', 'another')).toBe('repeat');
});

test('a message that failed on the way is no repeat of itself', async () => {
  await change({ repeats: 'deny' });
  room.before(changesHead, () => {
    throw new Error('DynamoDB is not there');
  });
  await expect(room.say(ana, 'hello', 'mine')).rejects.toThrow('DynamoDB is not there');
  expect(await room.say(ana, 'hello', 'mine')).toMatchObject({ text: 'hello' });
});

test('a change of the rules meanwhile uses up nothing twice', async () => {
  await change({ repeats: 'deny', slowModeSeconds: 120 });
  room.before(changesHead, () => change({ links: 'deny' }));
  await room.say(ana, 'hello');
  expect(await said()).toEqual(['hello']);
});

test('what is rejected uses up no turn in slow mode', async () => {
  await change({ slowModeSeconds: 120, links: 'deny' });
  expect(await reasonOf('example.com')).toBe('link');
  await room.say(ana, 'hello');
});

test('an ended event has no rules to change', async () => {
  await change({ status: 'ended' });
  expect(await refusedWith(change({ blockedWords: ['spam'] }))).toMatchObject({ code: 'EVENT_ENDED' });
  await expect(sendMessage(room.chat, ana, { text: 'hm' })).rejects.toMatchObject({ code: 'EVENT_ENDED' });
});
