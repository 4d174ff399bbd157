import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { joinEvent } from '../../shared/chat/join-event.ts';
import { listAudit, listMutes } from '../../shared/chat/moderation/lists.ts';
import { mute, unmute } from '../../shared/chat/moderation/mute.ts';
import { updateEvent } from '../../shared/chat/moderation/update-event.ts';
import { react } from '../../shared/chat/react.ts';
import { typing } from '../../shared/chat/typing.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { mutes } from '../../shared/store/mutes.ts';
import { refusedWith } from '../support/tokens.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';

let room: ChatOnTable;
let ana: Connection;
let participantId: string;
let told: [connectionId: string, event: unknown][];
beforeEach(async () => {
  room = await chatOnTable();
  told = [];
  room.chat.send = async ({ connectionId }, ...events) => {
    told.push(...events.map(({ event, data }): [string, unknown] => [connectionId, { event, data }]));
    return 'delivered';
  };
  ana = await room.enter('ana');
  participantId = participantIdOf(ana);
});
afterEach(() => {
  vi.useRealTimers();
});

const mia = { name: 'mia', rights: ['moderate'] as const };
const muteAna = (seconds = 60, reason?: string) =>
  mute(room.chat, 'e', mia, { participantId, seconds, reason });
const said = async () =>
  (await room.log()).flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []));
const readsHead = (command: object) => command instanceof GetCommand && command.input.Key?.sk === 'HEAD';
const changesHead = (command: object) => command instanceof UpdateCommand && command.input.Key?.sk === 'HEAD';
const aboutMutes = () => room.commands.filter((command) => JSON.stringify(command).includes('MUTE#'));

test('the muted cannot write, and are told until when and why; others can, and so can they when it is over', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const bob = await room.enter('bob');
  told = [];
  await muteAna(60, 'Enough.');
  const until = new Date(Date.now() + 60_000).toISOString();
  expect(told).toEqual([
    ['ana', { event: 'muted', data: { eventId: 'e', seconds: 60, reason: 'Enough.', until } }],
  ]);
  vi.setSystemTime(Date.now() + 20_000);
  expect(await refusedWith(room.say(ana, 'hm'))).toMatchObject({
    code: 'MUTED',
    reason: 'Enough.',
    retryAfterMs: 40_000,
  });
  await room.say(bob, 'one');
  vi.setSystemTime(Date.now() + 40_000);
  await room.say(ana, 'two');
  expect(await said()).toEqual(['one', 'two']);
});

test('the muted cannot react either', async () => {
  await muteAna();
  expect(await refusedWith(react(room.chat, ana, { reaction: '👍' }))).toMatchObject({ code: 'MUTED' });
  await unmute(room.chat, 'e', mia, { participantId });
  expect((await react(room.chat, ana, { reaction: '👍' })).data).toEqual({});
});

test('binds whoever has looked at the event before it', async () => {
  room.after(readsHead, () => muteAna());
  expect(await refusedWith(room.say(ana, 'hm'))).toMatchObject({ code: 'MUTED' });
  expect(await said()).toEqual([]);
});

test('binds whoever has looked at the event between the mutes of others', async () => {
  await mute(room.chat, 'e', mia, { participantId: 'somebody', seconds: 600 });
  // The message waits for its number.
  room.before(changesHead, () => muteAna());
  expect(await refusedWith(room.say(ana, 'hm'))).toMatchObject({ code: 'MUTED' });
  expect(await said()).toEqual([]);
});

test('a message that has its number comes, and its repeat finds it', async () => {
  const first = await room.say(ana, 'one', 'mine');
  await muteAna();
  expect(await room.say(ana, 'one', 'mine')).toEqual(first);
});

test('costs senders nothing while nobody is muted, and nobody who has ended', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  room.commands.length = 0;
  await room.say(ana, 'one');
  const usual = room.commands.length;
  await muteAna(10);
  await unmute(room.chat, 'e', mia, { participantId });
  vi.setSystemTime(Date.now() + 10_000);
  room.commands.length = 0;
  await room.say(ana, 'two');
  expect(room.commands).toHaveLength(usual);
  expect(aboutMutes()).toEqual([]);
});

test('reads the audience once, also for a host', async () => {
  const readsAudience = (command: object) =>
    command instanceof QueryCommand &&
    command.input.ExpressionAttributeValues?.[':pk'] === 'EVENT#e#AUDIENCE';
  for (const rights of [['moderate'], []] as const) {
    room.commands.length = 0;
    await mute(
      room.chat,
      'e',
      { name: 'hank', participantId: 'hank', rights },
      { participantId, seconds: 60 },
    );
    expect(room.commands.filter(readsAudience)).toHaveLength(1);
  }
});

test('a later mute replaces the earlier, longer or shorter', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const seconds of [60, 600, 20]) {
    await muteAna(seconds);
    expect(await refusedWith(room.say(ana, 'hm'))).toMatchObject({ retryAfterMs: seconds * 1000 });
  }
  expect((await listMutes(room.chat, 'e', {})).mutes).toEqual([
    expect.objectContaining({ participantId, username: 'ana' }),
  ]);
});

test('lifted: they may write at once, and are told; lifting it again is no fault', async () => {
  await muteAna();
  told = [];
  await unmute(room.chat, 'e', mia, { participantId });
  expect(told).toEqual([['ana', { event: 'unmuted', data: { eventId: 'e' } }]]);
  await room.say(ana, 'thanks');
  await unmute(room.chat, 'e', mia, { participantId });
  expect((await listMutes(room.chat, 'e', {})).mutes).toEqual([]);
});

test('whoever joins muted is told after their history, unless they moderate', async () => {
  await muteAna(60, 'Enough.');
  told = [];
  await room.join('ana');
  expect(told.map(([, event]) => event)).toMatchObject([
    { event: 'eventHistory' },
    { event: 'muted', data: { eventId: 'e', reason: 'Enough.' } },
  ]);
  await updateEvent(room.chat, 'e', mia, { hosts: [participantId] });
  told = [];
  await room.join('ana');
  expect(told.map(([, event]) => event)).toMatchObject([{ event: 'eventHistory' }]);
  await room.say(await room.find('ana'), 'but I am the host');
});

test('the muted cannot say anything by their name or metadata, on this connection or on another', async () => {
  const { participantToken = '' } = ana;
  const join = async (connectionId: string, more: object) => {
    const input = { eventId: 'e', username: 'buy at evil.com', participantToken, ...more };
    return (await joinEvent(room.chat, await room.find(connectionId), input)).data.participant;
  };
  await muteAna(60, 'Enough.');
  expect(await refusedWith(join('ana', {}))).toMatchObject({ code: 'MUTED', reason: 'Enough.' });
  const loud = { username: 'ana', metadata: { say: 'buy' } };
  expect(await refusedWith(join('ana', loud))).toMatchObject({ code: 'MUTED' });
  expect(await join('ana', { username: 'ana' })).toMatchObject({ username: 'ana' });
  await room.connect('another');
  const participant = await join('another', { metadata: { say: 'buy' } });
  expect(participant).toMatchObject({ id: participantId, username: 'ana' });
  expect(participant).not.toHaveProperty('metadata');
  await unmute(room.chat, 'e', mia, { participantId });
  expect(await join('another', {})).toMatchObject({ username: 'buy at evil.com' });
});

test.for(['moderate', 'operate'] as const)('does not bind those who may %s', async (right) => {
  const identity = { participantId, username: 'ana', rights: [right], expiresAt: Date.now() + 60_000 };
  await muteAna();
  expect(await room.say({ ...ana, identity }, 'but I moderate')).toMatchObject({ text: 'but I moderate' });
});

test('what the muted type is told to nobody, without a word', async () => {
  await room.enter('bob');
  const posted: unknown[] = [];
  room.chat.poster.postAll = async (batches) => {
    posted.push(...batches);
    return { connections: 0, frames: 0, gone: [], lagging: [], failed: [], throttled: [] };
  };
  const type = async () => (await typing(room.chat, ana, { isTyping: true })).afterwards?.();
  await type();
  expect(posted).not.toEqual([]);
  posted.length = 0;
  await muteAna();
  for (const isTyping of [true, false]) {
    expect(await typing(room.chat, ana, { isTyping })).toEqual({ data: {} });
  }
  expect(posted).toEqual([]);
});

describe('whatever fails on the way', () => {
  const puts = (command: object) =>
    command instanceof UpdateCommand && `${command.input.Key?.pk}`.startsWith('MUTE#');
  test.for([
    ['the mute', puts],
    ['the head', changesHead],
  ] as const)('at %s, the repeat mutes', async ([, matches]) => {
    room.before(matches, () => {
      throw new Error('DynamoDB is not there');
    });
    await expect(muteAna()).rejects.toThrow('DynamoDB is not there');
    await muteAna();
    expect(await refusedWith(room.say(ana, 'hm'))).toMatchObject({ code: 'MUTED' });
    expect((await listAudit(room.chat, 'e', {})).records).toMatchObject([
      { by: 'mia', action: 'mute', participantId, changes: { expiresAt: expect.any(String) } },
      { by: 'mia', action: 'mute', participantId },
    ]);
  });
});

test('one that is over is none', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await muteAna(10);
  vi.setSystemTime(Date.now() + 10_000);
  expect(await mutes.get(room.table, 'e', participantId)).toBeUndefined();
  expect((await listMutes(room.chat, 'e', {})).mutes).toEqual([]);
});
