import { beforeEach, expect, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import { allocateEnd, allocateSeq } from '../../shared/store/event-head.ts';
import { createEvent } from '../../shared/store/events.ts';
import { type LogEntry, putEntry } from '../../shared/store/log.ts';
import { readLog, readPrefix } from '../../shared/store/read-log.ts';
import { getSent, putOnce } from '../../shared/store/sent-markers.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTable } from '../support/database.ts';

let table: Table;
beforeEach(async () => {
  table = await newTable();
  await createEvent(table, 'e', { name: 'E' }, Date.now());
});

const later = () => Date.now() + 60_000;
const message = (seq: number, id = `m${seq}`): Message => ({
  id,
  eventId: 'e',
  seq,
  participant: { id: 'p', username: 'ana' },
  text: 'hi',
  sentAt: '2030-01-01T00:00:00.000Z',
});
const entry = (seq: number, id?: string): LogEntry => ({ seq, kind: 'message', message: message(seq, id) });
const seqs = async (entries: AsyncIterable<LogEntry> | Iterable<LogEntry>) => {
  const found: number[] = [];
  for await (const { seq } of entries) found.push(seq);
  return found;
};

test('numbers are given out once each, whoever asks at the same time', async () => {
  const given = await Promise.all(Array.from({ length: 20 }, () => allocateSeq(table, 'e')));
  expect(given.map((head) => head?.seq).sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
});

test('the end takes the next number, once, and no number is given out after it', async () => {
  await allocateSeq(table, 'e');
  const ends = await Promise.all([1, 2, 3].map(() => allocateEnd(table, 'e', '2030-01-01T00:00:00.000Z')));
  expect(ends.filter(Boolean)).toEqual([expect.objectContaining({ status: 'ended', seq: 2, endSeq: 2 })]);
  expect(await allocateSeq(table, 'e')).toBeUndefined();
  expect(await allocateSeq(table, 'nowhere')).toBeUndefined();
});

test('a number belongs to whoever puts first; putting the same again is no failure', async () => {
  expect(await putEntry(table, 'e', entry(1), later())).toBe(true);
  expect(await putEntry(table, 'e', entry(1), later())).toBe(true);
  expect(await putEntry(table, 'e', entry(1, 'another'), later())).toBe(false);
  expect(await putEntry(table, 'e', { seq: 1, kind: 'void' }, later())).toBe(false);
});

test('readers see the log up to the first hole', async () => {
  for (const seq of [1, 2, 4, 5]) await putEntry(table, 'e', entry(seq), later());
  expect(await seqs((await readPrefix(table, 'e', 0, { entries: 100 })).entries)).toEqual([1, 2]);
  expect(await seqs((await readPrefix(table, 'e', 2, { entries: 100 })).entries)).toEqual([]);
  await putEntry(table, 'e', { seq: 3, kind: 'void' }, later());
  expect(await seqs((await readPrefix(table, 'e', 0, { entries: 100 })).entries)).toEqual([1, 2, 3, 4, 5]);
  expect(await seqs((await readPrefix(table, 'e', 1, { entries: 2 })).entries)).toEqual([2, 3]);
});

test('ranges are read both ways, across pages, and end where they should', async () => {
  for (let seq = 1; seq <= 12; seq += 1) await putEntry(table, 'e', entry(seq), later());
  expect(await seqs(readLog(table, 'e', { after: 2, upTo: 11, pageSize: 3 }))).toEqual([
    3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
  expect(await seqs(readLog(table, 'e', { upTo: 4, newestFirst: true, pageSize: 3 }))).toEqual([4, 3, 2, 1]);
  expect(await seqs(readLog(table, 'e', { after: 12, pageSize: 3 }))).toEqual([]);
  expect(await seqs(readLog(table, 'e', { after: 5, upTo: 5, pageSize: 3 }))).toEqual([]);
});

test('an entry whose time has passed is gone, deleted or not, and leaves no hole', async () => {
  await putEntry(table, 'e', entry(1), Date.now() - 1);
  await putEntry(table, 'e', entry(2), later());
  const kinds: string[] = [];
  for await (const { seq, kind } of readLog(table, 'e', { pageSize: 10 })) kinds.push(`${seq} ${kind}`);
  expect(kinds).toEqual(['1 void', '2 message']);
});

test('a clientMessageId is taken once, together with its number or not at all', async () => {
  const mine = { ...message(1), clientMessageId: 'c' };
  expect(await putOnce(table, mine, later())).toBe('put');
  const repeated = { ...message(2, 'other'), clientMessageId: 'c' };
  expect(await putOnce(table, repeated, later())).toBe('repeated');
  expect(await seqs((await readPrefix(table, 'e', 0, { entries: 10 })).entries)).toEqual([1]);
  await putEntry(table, 'e', { seq: 2, kind: 'void' }, later());
  expect(await putOnce(table, { ...message(2), clientMessageId: 'd' }, later())).toBe('taken');
  const key = { eventId: 'e', participantId: 'p' };
  expect(await getSent(table, { ...key, clientMessageId: 'c' })).toEqual(mine);
  expect(await getSent(table, { ...key, clientMessageId: 'd' })).toBeUndefined();
  expect(await getSent(table, { ...key, participantId: 'q', clientMessageId: 'c' })).toBeUndefined();
});
