import { expect, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import { createEvent, enter, http, refusal } from '../support/chat.ts';

interface Page {
  messages: Message[];
  hasMore: boolean;
}
const seqs = (page: Page) => page.messages.map((message) => message.seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('75 messages: a newcomer gets the newest 50, and pages lead both ways without a gap', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  for (let i = 1; i <= 75; i += 1) await ana.say(`message ${i}`);
  const bob = await enter(eventId, 'bob');
  const [history] = bob.all('eventHistory');
  expect(history && seqs(history)).toEqual(range(26, 75));
  expect(history?.hasMore).toBe(true);

  const page = (query: object) => bob.request<Page>('getHistory', query);
  const older = await page({ before: 26 });
  expect([seqs(older), older.hasMore]).toEqual([range(1, 25), false]);
  const gap = await page({ after: 10, limit: 20 });
  expect([seqs(gap), gap.hasMore]).toEqual([range(11, 30), true]);
  const end = await page({ after: 70, limit: 5 });
  expect([seqs(end), end.hasMore]).toEqual([range(71, 75), false]);
  const newest = await page({ limit: 1 });
  expect([seqs(newest), newest.hasMore]).toEqual([[75], true]);
  const nothing = await page({ after: 75 });
  expect([seqs(nothing), nothing.hasMore]).toEqual([[], false]);
  expect([seqs(await page({ before: 0 })), seqs(await page({ before: 1 }))]).toEqual([[], []]);

  const over = await http<Page>(`/${eventId}/messages?before=4&limit=2`);
  expect([over.status, seqs(over.body), over.body.hasMore]).toEqual([200, [2, 3], true]);
});

test('an answered message is in the history at once', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const message = await ana.say('hello');
  expect((await ana.request<Page>('getHistory')).messages).toEqual([message]);
  expect((await http<Page>(`/${eventId}/messages`)).body).toEqual({ messages: [message], hasMore: false });
});

test('a history that would pass 32 KB is shorter, keeps the newest and says hasMore', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const long = '€"\n'.repeat(666);
  await Promise.all(Array.from({ length: 50 }, () => ana.say(long)));
  const bob = await enter(eventId, 'bob');
  const [history] = bob.all('eventHistory');
  expect(history?.hasMore).toBe(true);
  const kept = history?.messages.map((m) => m.seq) ?? [];
  expect(kept).toEqual(range(51 - kept.length, 50));
  const page = await bob.request<Page>('getHistory', { after: 0, limit: 100 });
  expect(seqs(page)).toEqual(range(1, page.messages.length));
  expect(page.hasMore).toBe(true);
  for (const frame of [...ana.frames, ...bob.frames]) {
    expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(32 * 1024);
  }
});

test('a page that fits into 32 KB is whole, and one of the HTTP API that fits into 128 KB', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  await Promise.all(Array.from({ length: 52 }, () => ana.say('x'.repeat(300))));
  const bob = await enter(eventId, 'bob');
  expect(bob.all('eventHistory')[0]?.messages).toHaveLength(50);
  await Promise.all(Array.from({ length: 30 }, () => ana.say('x'.repeat(2_000))));
  expect((await http<Page>(`/${eventId}/messages?limit=50`)).body.messages).toHaveLength(50);
});

const refusedPages = [
  { before: 3, after: 1 },
  { limit: 0 },
  { limit: 101 },
  { limit: 1.5 },
  { after: -1 },
  { before: 'x' },
];
test(`getHistory is a BAD_REQUEST with ${refusedPages.map((query) => JSON.stringify(query)).join(', ')}`, async () => {
  const ana = await enter(await createEvent(), 'ana');
  for (const query of refusedPages) {
    expect(await refusal(ana.request('getHistory', query)), JSON.stringify(query)).toMatchObject({
      code: 'BAD_REQUEST',
      issues: [{ path: Object.keys(query)[0], message: expect.any(String) }],
    });
  }
});
