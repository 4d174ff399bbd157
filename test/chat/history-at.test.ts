import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { readAround } from '../../shared/chat/history-at.ts';
import { limits } from '../../shared/protocol/limits.ts';
import type { LogEntry } from '../../shared/store/log.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});

/** The message with a number is sent at that second. */
const second = (n: number) => new Date(Date.UTC(2030, 0, 1) + n * 1000).toISOString();
const message = (seq: number, text = 'hi'): LogEntry => ({
  seq,
  kind: 'message',
  message: {
    id: `m${seq}`,
    eventId: 'e',
    seq,
    participant: { id: 'p', username: 'ana' },
    text,
    sentAt: second(seq),
  },
});
const messages = (from: number, to: number, text?: string) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i, text));
async function around(at: string, end: number, limit?: number, maxBytes: number = limits.pageBytes) {
  const page = await readAround(room.table, 'e', end, { at, limit }, maxBytes);
  return { ...page, messages: page.messages.map(({ seq }) => seq) };
}

test.for([
  ['in the middle', 50, { messages: [49, 50, 51, 52], hasMoreBefore: true, hasMore: true }],
  ['before the first', 0, { messages: [1, 2, 3, 4], hasMoreBefore: false, hasMore: true }],
  ['at the first', 1, { messages: [1, 2, 3, 4], hasMoreBefore: false, hasMore: true }],
  ['at the last', 100, { messages: [97, 98, 99, 100], hasMoreBefore: true, hasMore: false }],
  ['long after the last', 9_999, { messages: [97, 98, 99, 100], hasMoreBefore: true, hasMore: false }],
  ['between two', 50.5, { messages: [49, 50, 51, 52], hasMoreBefore: true, hasMore: true }],
] as const)('%s: half until then, half later, or more of what there is', async ([, at, expected]) => {
  await room.fill(messages(1, 100));
  expect(await around(second(at), 100, 4)).toEqual(expected);
});

test('of nothing there is nothing', async () => {
  expect(await around(second(1), 0)).toEqual({ messages: [], hasMore: false, hasMoreBefore: false });
});

test('numbers without a message, and old ones that are gone, are in nobody’s way', async () => {
  await room.fill([
    ...messages(101, 110),
    ...Array.from({ length: 300 }, (_, i): LogEntry => ({ seq: 111 + i, kind: 'void' })),
    ...messages(411, 420),
    { seq: 421, kind: 'updated' },
  ]);
  const page = { hasMoreBefore: true, hasMore: true };
  expect(await around(second(110), 421, 4)).toEqual({ messages: [109, 110, 411, 412], ...page });
  expect(await around(second(413), 421, 4)).toEqual({ messages: [412, 413, 414, 415], ...page });
  expect(await around(second(5), 421, 2)).toMatchObject({ messages: [101, 102], hasMoreBefore: false });
});

test('what a read sees of a deletion and still of what it took away is left out', async () => {
  const deletion: LogEntry = { seq: 5, kind: 'deleted', messages: [{ seq: 2, id: 'm2' }] };
  await room.fill([...messages(1, 4), deletion, message(6)]);
  expect((await around(second(3), 6)).messages).toEqual([1, 3, 4, 6]);
});

test('a page that would be too large is shorter, and still around the time', async () => {
  await room.fill(messages(1, 40, 'x'.repeat(1_000)));
  const page = await around(second(20), 40, 40, 10_000);
  const [first = 0] = page.messages;
  expect(page.messages.length).toBeGreaterThan(5);
  expect(page.messages).toEqual(Array.from({ length: page.messages.length }, (_, i) => first + i));
  expect(page.messages).toEqual(expect.arrayContaining([20, 21]));
  expect(page).toMatchObject({ hasMoreBefore: true, hasMore: true });
});

test('a page of large messages reads about what it shows', async () => {
  await room.fill(messages(1, 400, 'x'.repeat(2_000)));
  const before = room.commands.length;
  const page = await around(second(200), 400, 100, 32_000);
  const queries = room.commands.slice(before).filter((command) => command instanceof QueryCommand);
  const most = queries.reduce((sum, { input }) => sum + (input.Limit ?? 9_999), 0);
  expect(page.messages.length).toBeGreaterThan(10);
  expect(most).toBeLessThan(4 * page.messages.length + Math.log2(400));
});

test('it costs about as many small reads as the logarithm of the length', async () => {
  await room.fill(messages(1, 2_000));
  const before = room.commands.length;
  await around(second(1_234), 2_000, 10);
  const queries = room.commands.slice(before).filter((command) => command instanceof QueryCommand);
  expect(queries.length).toBeLessThanOrEqual(Math.ceil(Math.log2(2_000)) + 3);
  expect(Math.max(...queries.map(({ input }) => input.Limit ?? 9_999))).toBeLessThanOrEqual(11);
});
