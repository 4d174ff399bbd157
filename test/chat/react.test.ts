import { beforeEach, expect, test } from 'vitest';
import { mute, unmute } from '../../shared/chat/moderation/mute.ts';
import { postReactions, react } from '../../shared/chat/react.ts';
import type { ChatError } from '../../shared/protocol/errors.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { takeReactions } from '../../shared/store/reactions.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';

let room: ChatOnTable;
let ana: Connection;
let counted: Record<string, number>;
beforeEach(async () => {
  room = await chatOnTable();
  ana = await room.enter('ana');
  counted = {};
  room.chat.metrics.count = (metric, value) => {
    counted[metric] = (counted[metric] ?? 0) + value;
  };
});

const mia = { name: 'mia', rights: ['moderate'] as const };
const all = () => takeReactions(room.chat.table, 'e', 0);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    ({ code }: ChatError) => code,
  );

test('the muted cannot react, and can when it is over', async () => {
  const participantId = participantIdOf(ana);
  await mute(room.chat, 'e', mia, { participantId, seconds: 60 });
  expect(await codeOf(react(room.chat, ana, { reaction: '👍' }))).toBe('MUTED');
  expect(await all()).toEqual({});
  await unmute(room.chat, 'e', mia, { participantId });
  expect(await codeOf(react(room.chat, ana, { reaction: '👍' }))).toBe('ok');
  expect(await all()).toEqual({ '👍': 1 });
});

test('what a backend repeats is counted once, in the metric too; another’s request is another', async () => {
  const request = { counts: { '👍': 5, '🔥': 2 }, clientRequestId: 'one' };
  await Promise.all(Array.from({ length: 4 }, () => postReactions(room.chat, 'e', mia, request)));
  expect(await all()).toEqual({ '👍': 5, '🔥': 2 });
  await postReactions(room.chat, 'e', { ...mia, name: 'max' }, request);
  expect(await all()).toEqual({ '👍': 10, '🔥': 4 });
  expect(counted.Reactions).toBe(14);
});

test('whoever reacts too fast has to wait, whatever their counts; so does a backend', async () => {
  room.chat.settings.reactBurst = 2;
  room.chat.settings.reactsPerSecond = 0.01;
  const request = { counts: { '👍': 1 } };
  const codes: string[] = [];
  for (let i = 0; i < 3; i += 1)
    codes.push(await codeOf(react(room.chat, ana, { reaction: '👍', count: 10 })));
  for (let i = 0; i < 3; i += 1) codes.push(await codeOf(postReactions(room.chat, 'e', mia, request)));
  expect(codes).toEqual(['ok', 'ok', 'RATE_LIMITED', 'ok', 'ok', 'RATE_LIMITED']);
  expect(await all()).toEqual({ '👍': 22 });
});
