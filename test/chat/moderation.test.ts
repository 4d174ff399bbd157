import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ban, unban } from '../../shared/chat/moderation/ban.ts';
import { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
import { eraseMessages } from '../../shared/chat/moderation/erase-messages.ts';
import { kick } from '../../shared/chat/moderation/kick.ts';
import { listAudit, listBans } from '../../shared/chat/moderation/lists.ts';
import { logEvents } from '../../shared/delivery/content/log-events.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import { toChatError } from '../../shared/protocol/errors.ts';
import { putAudit } from '../../shared/store/audit.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { setRules } from '../../shared/store/event-rules.ts';
import { createEvent } from '../../shared/store/events.ts';
import type { LogEntry } from '../../shared/store/log.ts';
import { getSent } from '../../shared/store/sent-markers.ts';
import { refusedWith } from '../support/tokens.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';

let room: ChatOnTable;
let ana: Connection;
let participantId: string;
beforeEach(async () => {
  room = await chatOnTable();
  ana = await room.enter('ana');
  participantId = participantIdOf(ana);
});
afterEach(() => {
  vi.useRealTimers();
});

const actor = { name: 'mia', rights: ['moderate'] as const };
const never = () => Date.now() + 3_600_000;
const erase = (after = 0, deadline = never()) =>
  eraseMessages(room.chat, 'e', actor, { participantId, after }, deadline);
async function sayMany(count: number): Promise<Message[]> {
  const said: Message[] = [];
  for (let i = 1; i <= count; i += 1) said.push(await room.say(ana, `regrettable ${i}`));
  return said;
}
const deletions = async () =>
  (await room.log()).filter((entry): entry is LogEntry & { kind: 'deleted' } => entry.kind === 'deleted');
const deletedSeqs = async () => (await deletions()).flatMap(({ messages }) => messages.map(({ seq }) => seq));
const logText = async () => JSON.stringify(await room.log());

const isTransaction = (command: object) => command instanceof TransactWriteCommand;
const changesHead = (command: object) => command instanceof UpdateCommand && command.input.Key?.sk === 'HEAD';
const readsHead = (command: object) => command instanceof GetCommand && command.input.Key?.sk === 'HEAD';
const readsAna = (command: object) => command instanceof GetCommand && command.input.Key?.pk === 'CONN#ana';

test('messages deleted together, at most 25, are one entry and one event', async () => {
  const said = (await sayMany(26)).map(({ seq, id }) => ({ seq, id }));
  expect(await erase()).toEqual({ deleted: 26, isComplete: true });
  const entries = await deletions();
  expect(await logEvents(room.table, 'e', entries)).toEqual([
    { seq: 27, event: 'messageDeleted', data: { eventId: 'e', messages: said.slice(0, 25) } },
    { seq: 28, event: 'messageDeleted', data: { eventId: 'e', ...said[25] } },
  ]);
  expect(await logText()).not.toContain('regrettable');
});

test('one that somebody else deleted meanwhile does not stop the others, and is announced once', async () => {
  await sayMany(3);
  room.before(isTransaction, () => deleteMessage(room.chat, 'e', actor, { seq: 2 }));
  expect(await erase()).toMatchObject({ isComplete: true });
  expect((await deletedSeqs()).sort()).toEqual([1, 2, 3]);
  expect(await logText()).not.toContain('regrettable');
});

test.for([
  ['taking a number', changesHead],
  ['the deletion', isTransaction],
] as const)('what failed at %s is deleted, and announced, by the repeat', async ([, matches]) => {
  await sayMany(2);
  room.before(matches, () => {
    throw new Error('DynamoDB is not there');
  });
  await expect(erase()).rejects.toThrow('DynamoDB is not there');
  expect(await erase()).toEqual({ deleted: 2, isComplete: true });
  expect(await deletedSeqs()).toEqual([1, 2]);
  expect(await logText()).not.toContain('regrettable');
});

test('an erasure stops at its deadline, and goes on after `upTo`', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await sayMany(30);
  const deadline = Date.now() + 1_000;
  room.before(isTransaction, () => vi.setSystemTime(deadline + 1));
  expect(await erase(0, deadline)).toEqual({ deleted: 25, isComplete: false, upTo: 25 });
  expect(await logText()).toContain('regrettable 26');
  expect(await erase(25)).toEqual({ deleted: 5, isComplete: true });
  expect((await deletedSeqs()).length).toBe(30);
  expect(await logText()).not.toContain('regrettable');
});

test('an erasure whose time is over reads no more', async () => {
  await room.fill(Array.from({ length: 1_500 }, (_, i) => ({ seq: i + 1, kind: 'void' })));
  room.commands.length = 0;
  expect(await erase(7, 0)).toEqual({ deleted: 0, isComplete: false, upTo: 7 });
  expect(room.commands.filter((command) => command instanceof QueryCommand)).toHaveLength(1);
});

test('deleting a message leaves another one alone that was sent with the same clientMessageId', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const first = await room.say(ana, 'first', 'same');
  vi.setSystemTime(Date.now() + 601_000);
  const second = await room.say(ana, 'second', 'same');
  await deleteMessage(room.chat, 'e', actor, { seq: first.seq });
  expect(await getSent(room.table, { eventId: 'e', participantId, clientMessageId: 'same' })).toEqual(second);
});

test('a message that is deleted while its writer waits for a lost answer stays deleted', async () => {
  const putsMessage = (command: object) =>
    command instanceof PutCommand && command.input.Item?.kind === 'message';
  room.after(putsMessage, async (command) => {
    await deleteMessage(room.chat, 'e', actor, { seq: 1 });
    // As the SDK does.
    await room.table.client.send(command as PutCommand);
  });
  expect(await room.say(ana, 'regrettable')).toMatchObject({ seq: 1 });
  expect(await logText()).not.toContain('regrettable');
  expect(await deletedSeqs()).toEqual([1]);
});

test('a pause does not stop a moderator who wrote before it, but anybody else', async () => {
  const pause = () => setRules(room.table, 'e', { paused: true });
  const identity = { participantId, username: 'ana', rights: ['moderate'] as const, expiresAt: never() };
  room.after(readsHead, pause);
  expect(await room.say({ ...ana, identity }, 'please wait')).toMatchObject({ text: 'please wait' });
  await setRules(room.table, 'e', { paused: false });
  room.after(readsHead, pause);
  expect(await refusedWith(room.say(ana, 'hm'))).toMatchObject({ code: 'EVENT_PAUSED' });
});

test('a ban that is repeated keeps the name, until it is lifted', async () => {
  const again = (reason: string) => ban(room.chat, 'e', actor, { participantId, reason });
  expect((await again('first')).ban).toMatchObject({ username: 'ana' });
  await again('second');
  expect((await listBans(room.chat, 'e', {})).bans).toMatchObject([{ username: 'ana', reason: 'second' }]);
  await unban(room.chat, 'e', actor, { participantId });
  await again('third');
  expect((await listBans(room.chat, 'e', {})).bans).toEqual([
    { participantId, bannedAt: expect.any(String), reason: 'third' },
  ]);
});

test('records of the audit whose time has passed are not shown', async () => {
  const record = { by: 'mia', action: 'kick' as const, participantId };
  await putAudit(room.table, 'e', record, Date.now() - 1_000);
  await putAudit(room.table, 'e', { ...record, by: 'hank' }, never());
  expect((await listAudit(room.chat, 'e', {})).records).toMatchObject([{ by: 'hank' }]);
});

test('a kick that cannot disconnect somebody fails, and can be repeated', async () => {
  const act = () => kick(room.chat, 'e', actor, { participantId });
  room.canClose = false;
  const error = await act().catch((thrown) => thrown);
  expect(toChatError(error, 'request').code).toBe('INTERNAL');
  expect(await room.members()).toEqual(['ana']);
  room.canClose = true;
  await act();
  expect(room.closed).toEqual(['ana']);
  expect(await room.members()).toEqual([]);
});

test.for([
  ['looked for', readsAna, []],
  ['removed', isTransaction, ['ana']],
] as const)('who has gone to another event when it is %s stays there', async ([, matches, closed]) => {
  await createEvent(room.table, 'f', { name: 'F' }, Date.now());
  room.before(matches, () => room.join('ana', 'f'));
  await kick(room.chat, 'e', actor, { participantId });
  expect([await room.members('e'), await room.members('f')]).toEqual([[], ['ana']]);
  expect(room.closed).toEqual(closed);
});
