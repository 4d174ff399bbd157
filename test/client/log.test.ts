import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistory } from '../../client/history.ts';
import { emptyLog, type Log, withMessages, withOlder, withoutMessages } from '../../client/log.ts';
import type { Message, SentMessage } from '../../client/types.ts';

const message = (seq: number): SentMessage => ({
  id: `m${seq}`,
  eventId: 'e',
  seq,
  participant: { id: 'p', username: 'ana' },
  text: `${seq}`,
  sentAt: '2026-01-01T00:00:00.000Z',
  state: 'sent',
  key: `k${seq}`,
});
const seqsIn = (log: Pick<Log, 'messages'>) => log.messages.map(({ seq }) => seq);
const seqs = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 30 });
const ordered = (numbers: Iterable<number>) => [...new Set(numbers)].sort((a, b) => a - b);

test('messages in any order, as often as you like, are a log in order', () => {
  fc.assert(
    fc.property(fc.array(seqs), (batches) => {
      const log = batches.reduce((before, batch) => withMessages(before, batch.map(message)), emptyLog);
      expect(seqsIn(log)).toEqual(ordered(batches.flat()));
    }),
  );
});

test('a message that is there stays the same object', () => {
  const log = withMessages(emptyLog, [message(1)]);
  expect(withMessages(log, [{ ...message(1), key: 'another' }]).messages[0]).toBe(log.messages[0]);
});

test('what is deleted is not there, whenever it comes', () => {
  fc.assert(
    fc.property(seqs, seqs, seqs, (before, deleted, after) => {
      const log = withMessages(
        withoutMessages(withMessages(emptyLog, before.map(message)), deleted),
        after.map(message),
      );
      expect(seqsIn(log)).toEqual(ordered([...before, ...after]).filter((seq) => !deleted.includes(seq)));
    }),
  );
});

test('what is before the first page waits for the pages in between', () => {
  const newest = withOlder(emptyLog, [message(50), message(51)], 50);
  const acknowledged = withMessages(newest, [message(3), message(52)]);
  expect(seqsIn(acknowledged)).toEqual([50, 51, 52]);
  const older = withOlder(acknowledged, [message(3), message(49)], 0);
  expect(seqsIn(older)).toEqual([3, 49, 50, 51, 52]);
  expect(seqsIn(withMessages(older, [message(1)]))).toEqual([1, 3, 49, 50, 51, 52]);
});

/** A server with this log, and a client that has come as far as `after`; live messages come between its pages. */
test('a catch-up with any pages, and messages that come meanwhile, has everything once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        numbers: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        had: fc.nat({ max: 10 }),
        pageLength: fc.integer({ min: 1, max: 8 }),
        gone: seqs,
      }),
      async ({ numbers, had, pageLength, gone }) => {
        const all = ordered(numbers);
        const after = all[Math.min(had, all.length) - 1] ?? 0;
        const end = all.at(-1) ?? 0;
        const left = all.filter((seq) => seq <= after || !gone.includes(seq));
        let live = end;
        const page = (from: number) => {
          const newer = left.filter((seq) => seq > from);
          const messages = newer.slice(0, pageLength).map(message);
          const deletedSeqs = from === after ? gone.filter((seq) => seq <= after) : [];
          return { messages, hasMore: newer.length > pageLength, deletedSeqs };
        };
        const history = createHistory({
          async getPage({ after: from, before = Number.POSITIVE_INFINITY }) {
            live += 1;
            history.heard(message(live));
            if (from !== undefined) return page(from);
            const older = left.filter((seq) => seq < before && seq <= end);
            return { messages: older.slice(-pageLength).map(message), hasMore: older.length > pageLength };
          },
          take: (messages: readonly Message[]) => messages.map(({ seq }) => message(seq)),
          changed: () => {},
        });
        await history.catchUp(
          { messages: all.filter((seq) => seq <= after).map(message), hasMore: false },
          undefined,
          after,
        );
        expect(history.covered).toBe(after);
        history.restart();
        expect(await history.catchUp(page(after), after, end)).toBe(true);
        expect(history.covered).toBe(live);
        while (history.hasOlder) await history.loadOlder();
        const between = Array.from({ length: live - end }, (_, i) => end + 1 + i);
        const expected = left.filter((seq) => !(seq <= after && gone.includes(seq)));
        expect(seqsIn(history)).toEqual([...expected, ...between]);
      },
    ),
  );
});
