import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { readPage } from '../../shared/chat/history.ts';
import { sendHistory } from '../../shared/chat/joining/send-history.ts';
import type { Outgoing } from '../../shared/delivery/content/frames.ts';
import { packFrames } from '../../shared/delivery/content/frames.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { getEvent } from '../../shared/store/events.ts';
import type { LogEntry } from '../../shared/store/log.ts';
import { getMember } from '../../shared/store/members.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});

const message = (seq: number): LogEntry => ({
  seq,
  kind: 'message',
  message: {
    id: `m${seq}`,
    eventId: 'e',
    seq,
    participant: { id: 'p', username: 'ana' },
    text: 'hi',
    sentAt: '2030-01-01T00:00:00.000Z',
  },
});
/** The deletion of so many messages from a number on. */
const deletion = (seq: number, from: number, count = 1): LogEntry => ({
  seq,
  kind: 'deleted',
  messages: Array.from({ length: count }, (_, i) => ({ seq: from + i, id: `m${from + i}` })),
});
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
const seqsOf = (messages: { seq: number }[]) => messages.map(({ seq }) => seq);

/** All that a client gets that goes on after a number until there is no more. */
async function goOn(after: number, end: number, limit?: number) {
  const all = { messages: [] as number[], deleted: [] as number[], pages: 0 };
  let from: number | undefined = after;
  while (from !== undefined) {
    const page = await readPage(room.table, 'e', end, { after: from, limit }, limits.pageBytes);
    all.messages.push(...seqsOf(page.messages));
    all.deleted.push(...(page.deletedSeqs ?? []));
    all.pages += 1;
    const next = page.upTo ?? page.messages.at(-1)?.seq;
    // Or it would ask for the same again.
    if (page.hasMore) expect(next).toBeGreaterThan(from);
    else expect(page).not.toHaveProperty('upTo');
    from = page.hasMore ? next : undefined;
  }
  return all;
}

test('whoever goes on gets every message and every deletion once', async () => {
  await room.fill([
    ...[message(11), deletion(12, 3), message(13), { seq: 14, kind: 'void' } as const],
    ...[deletion(15, 4, 3), message(16), { seq: 17, kind: 'updated' } as const, message(18), deletion(19, 9)],
  ]);
  const all = { messages: [11, 13, 16, 18], deleted: [3, 4, 5, 6, 9] };
  expect(await goOn(10, 19)).toEqual({ ...all, pages: 1 });
  expect(await goOn(10, 19, 1)).toEqual({ ...all, pages: 4 });
});

test('what is deleted once its page was read is told by the next one', async () => {
  await room.fill([message(1), message(2)]);
  expect(await readPage(room.table, 'e', 2, { after: 0, limit: 1 }, limits.pageBytes)).toEqual({
    messages: [expect.objectContaining({ seq: 1 })],
    hasMore: true,
  });
  await room.fill([{ seq: 1, kind: 'void', messageId: 'm1' }, deletion(3, 1)]);
  const { messages, ...rest } = await readPage(room.table, 'e', 3, { after: 1 }, limits.pageBytes);
  expect(seqsOf(messages)).toEqual([2]);
  expect(rest).toEqual({ hasMore: false, deletedSeqs: [1] });
});

test('more deletions than fit into a page, in however few entries, are given each once', async () => {
  // Long numbers: so many do not fit into one payload.
  const after = 900_000_000_000;
  const [each, entries] = [99, 120];
  const first = after - each * entries;
  await room.fill([
    ...range(0, entries).map((i) => deletion(after + 1 + i, first + i * each, each)),
    message(after + entries + 1),
  ]);
  const all = await goOn(after, after + entries + 1);
  expect(all.messages).toEqual([after + entries + 1]);
  expect(all.deleted).toEqual(range(first, each * entries));
  expect(all.pages).toBe(2);
});

test('a read that shows a deletion, and still what it took away, gives neither', async () => {
  await room.fill([message(1), message(2), deletion(3, 1), message(4)]);
  for (const query of [{}, { after: 0 }]) {
    const { messages, ...rest } = await readPage(room.table, 'e', 4, query, limits.pageBytes);
    expect(seqsOf(messages)).toEqual([2, 4]);
    expect(rest).toEqual({ hasMore: false });
  }
});

test('the newest page costs few queries, however many were deleted', async () => {
  await room.fill(range(1, 1_500).map((seq) => ({ seq, kind: 'void' })));
  room.commands.length = 0;
  expect(await readPage(room.table, 'e', 1_500, {}, limits.pageBytes)).toEqual({
    messages: [],
    hasMore: false,
  });
  expect(room.commands.filter((command) => command instanceof QueryCommand).length).toBeLessThan(5);
});

test('a page passes by a bounded part of what was deleted, and says where to go on', async () => {
  const isVoid = (seq: number) => seq > 3 && seq <= 5_003;
  const all = range(1, 5_006).map((seq) => (isVoid(seq) ? { seq, kind: 'void' as const } : message(seq)));
  await room.fill(all);
  const messages: number[] = [];
  const read: number[] = [];
  let before: number | undefined = 5_007;
  while (before !== undefined) {
    room.commands.length = 0;
    const page = await readPage(room.table, 'e', 5_006, { before, limit: 4 }, limits.pageBytes);
    messages.unshift(...seqsOf(page.messages));
    read.push(room.commands.filter((command) => command instanceof QueryCommand).length);
    before = page.hasMore ? (page.upTo ?? page.messages[0]?.seq) : undefined;
  }
  expect(messages).toEqual([1, 2, 3, 5_004, 5_005, 5_006]);
  expect(read).toHaveLength(3);
  expect(Math.max(...read)).toBeLessThan(20);
  expect((await goOn(0, 5_006, 4)).messages).toEqual(messages);
});

test('a history with a hundred long names and long messages is one frame, the joiner in it', async () => {
  await room.fill(
    range(1, 50).map((seq) => {
      const entry = message(seq);
      if (entry.kind === 'message') entry.message.text = '\u{1f600}'.repeat(1_000);
      return entry;
    }),
  );
  const ana = await room.enter('ana');
  const event = await getEvent(room.table, 'e');
  const { joinId = '', participant } = (await getMember(room.table, 'e', 'ana')) ?? {};
  if (!event || !participant) throw new Error('ana is not there');
  const others = range(1, 99).map((i) => ({
    ...participant,
    id: `p${i}`.padEnd(22, 'x'),
    username: '\u{1f600}'.repeat(16),
  }));
  const sent: Outgoing[] = [];
  const chat = {
    ...room.chat,
    send: async (_to: object, ...events: Outgoing[]) => {
      sent.push(...events);
      return 'delivered' as const;
    },
  };
  const host = { ...participant, id: 'the host'.padEnd(22, 'x'), role: 'host' as const };
  const roster = { participants: [...others, host, participant], isComplete: true, presence: 1 };
  const attendance = { eventId: 'e', participant, namedAt: 0 };
  await sendHistory(chat, { to: ana, joinId, attendance, event, roster, end: 50 });
  for (const wire of ['json', 'socketio', 'socketio-batch'] as const) {
    const [frame = '', ...more] = packFrames(wire, sent);
    expect(more).toEqual([]);
    expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(limits.frameBytes);
    expect(frame).toContain(participant.id);
    expect(frame).toContain(host.id);
  }
});
