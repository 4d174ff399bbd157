import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { readPage } from '../../shared/chat/history.ts';
import { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import { logEvents } from '../../shared/delivery/content/log-events.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import { type LogEntry, logItem } from '../../shared/store/log.ts';
import { quote } from '../../shared/store/messages.ts';
import { refusedWith } from '../support/tokens.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

let room: ChatOnTable;
let ana: Connection;
beforeEach(async () => {
  room = await chatOnTable();
  ana = await room.enter('ana');
});

const actor = { name: 'mia', rights: ['moderate'] as const };
const reply = async (replyTo: number, more: object = {}): Promise<Message> =>
  (await sendMessage(room.chat, ana, { text: 'oh', replyTo, ...more })).data.message;
const remove = (seq: number) => deleteMessage(room.chat, 'e', actor, { seq });
/** What everybody is told of the log. */
const told = async () => JSON.stringify(await logEvents(room.table, 'e', await room.log()));
const message = (seq: number, more: Partial<Message> = {}): LogEntry => ({
  seq,
  kind: 'message',
  message: {
    ...{ id: `m${seq}`, eventId: 'e', seq, text: 'hi', sentAt: '2030-01-01T00:00:00.000Z' },
    ...{ participant: { id: 'p', username: 'ana' }, ...more },
  },
});

test('the log has no quote, so nothing is left of what is deleted', async () => {
  await room.say(ana, 'unspeakable');
  expect((await reply(1)).replyTo?.text).toBe('unspeakable');
  await remove(1);
  expect(JSON.stringify(await room.log())).not.toContain('unspeakable');
  expect(await told()).not.toContain('unspeakable');
});

test('an original that is deleted while its reply is written is quoted to nobody', async () => {
  await room.say(ana, 'unspeakable');
  const allocates = (command: object) => command instanceof UpdateCommand && command.input.Key?.sk === 'HEAD';
  room.before(allocates, () => remove(1));
  await reply(1);
  expect(await told()).not.toContain('unspeakable');
  expect(await told()).toContain('"replyTo":{"seq":1,"participant":{"id":"","username":""},"text":""}');
});

test('a message behind a number that is still open cannot be answered yet', async () => {
  await room.fill([message(1), message(3)]);
  expect(await refusedWith(reply(3))).toMatchObject({ issues: [{ path: 'replyTo' }] });
  await room.fill([{ seq: 2, kind: 'void' }]);
  expect((await reply(3)).replyTo?.seq).toBe(3);
});

test('a message that has expired is neither answered nor quoted', async () => {
  const put = (expiresAt: number) => {
    const Item = logItem('e', message(1, { text: 'of old' }), expiresAt);
    return room.table.client.send(new PutCommand({ TableName: room.table.name, Item }));
  };
  await put(Date.now() + 60_000);
  await room.fill([message(2, { replyTo: { seq: 1 } as Message['replyTo'] })]);
  expect(await told()).toMatch(/"replyTo":.*of old/);
  await put(Date.now() - 1);
  expect(await told()).not.toMatch(/of old/);
  expect(await refusedWith(reply(1))).toMatchObject({ issues: [{ path: 'replyTo' }] });
});

test('what is no message cannot be answered', async () => {
  await room.fill([message(1), { seq: 2, kind: 'updated' }, { seq: 3, kind: 'void' }]);
  for (const seq of [2, 3, 4]) {
    expect(await refusedWith(reply(seq))).toMatchObject({
      code: 'BAD_REQUEST',
      issues: [{ path: 'replyTo' }],
    });
  }
  expect(await room.log()).toHaveLength(3);
});

test('a repeat finds the first message though its original is gone', async () => {
  await room.say(ana, 'unspeakable');
  const first = await reply(1, { clientMessageId: 'c' });
  await remove(1);
  const repeat = await reply(1, { clientMessageId: 'c' });
  expect([repeat.seq, repeat.replyTo?.text]).toEqual([first.seq, '']);
});

test.for<[text: string, beginning: string]>([
  ['short', 'short'],
  ['x'.repeat(101), 'x'.repeat(100)],
  [`${'x'.repeat(98)}👍👍`, `${'x'.repeat(98)}👍`],
  [`${'x'.repeat(99)}👍`, 'x'.repeat(99)],
])('of %s the quote has the beginning, and no half character', ([text, beginning]) => {
  const entry = message(7, { text });
  const original = entry.kind === 'message' ? entry.message : undefined;
  expect(original && quote(original)).toEqual({
    seq: 7,
    participant: { id: 'p', username: 'ana' },
    text: beginning,
  });
});

test('a page of replies to long messages keeps to its size', async () => {
  const participant = { id: 'p'.repeat(22), username: '€'.repeat(32) };
  const replyTo = { seq: 1 } as Message['replyTo'];
  const replies = Array.from({ length: 99 }, (_, i) => message(i + 2, { replyTo }));
  await room.fill([message(1, { participant, text: '€'.repeat(2_000) }), ...replies]);
  const { messages, hasMore } = await readPage(room.table, 'e', 100, { after: 1, limit: 100 }, 16_384);
  expect(messages.length).toBeGreaterThan(10);
  expect(messages[0]?.replyTo?.text).toBe('€'.repeat(100));
  expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThanOrEqual(16_384);
  expect(hasMore).toBe(true);
});

test('metadata and quotes count as what a message comes to', async () => {
  const bytes = async () => (await getEventHead(room.table, 'e'))?.bytes ?? 0;
  await room.say(ana, 'hi');
  const plain = await bytes();
  const metadata = { a: 'x'.repeat(200), b: 'y'.repeat(200) };
  await reply(1, { text: 'hi', metadata });
  expect((await bytes()) - plain).toBeGreaterThan(plain + JSON.stringify(metadata).length + 100);
});

test('of a message that is deleted a repeat finds neither text nor metadata', async () => {
  const data = { text: 'unspeakable', metadata: { also: 'unrepeatable' }, clientMessageId: 'c' };
  const send = async () => (await sendMessage(room.chat, ana, data)).data.message;
  const { seq } = await send();
  await remove(seq);
  const repeat = await send();
  expect(repeat).toMatchObject({ seq, text: '' });
  expect(repeat).not.toHaveProperty('metadata');
});
