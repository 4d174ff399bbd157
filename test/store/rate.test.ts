import { expect, test } from 'vitest';
import { takeRate } from '../../shared/store/rate.ts';
import { newTable } from '../support/database.ts';

/** Slow enough that the test's own time earns nothing. */
const slow = { perSecond: 0.01, burst: 3 };

test('the burst is granted, the next is told when; others and other actions have their own', async () => {
  const table = await newTable();
  const take = (participant: string, action = 'send') =>
    takeRate(table, participant, action, slow).then(({ waitMs }) => waitMs);
  expect([await take('p'), await take('p'), await take('p')]).toEqual([0, 0, 0]);
  const retryAfterMs = await take('p');
  expect(retryAfterMs).toBeGreaterThan(60_000);
  expect(retryAfterMs).toBeLessThanOrEqual(100_000);
  expect(await take('p')).toBeLessThanOrEqual(retryAfterMs);
  expect([await take('q'), await take('p', 'typing')]).toEqual([0, 0]);
});

test('whoever asks at the same time gets no more than the burst', async () => {
  const table = await newTable();
  const answers = await Promise.all(Array.from({ length: 20 }, () => takeRate(table, 'p', 'send', slow)));
  expect(answers.filter(({ waitMs }) => waitMs === 0)).toHaveLength(3);
  expect(Math.max(...answers.map(({ used }) => used))).toBe(1);
});

test('waiting as told is enough', async () => {
  const table = await newTable();
  const quick = { perSecond: 2, burst: 1 };
  expect(await takeRate(table, 'p', 'send', quick)).toEqual({ waitMs: 0, used: 0 });
  const { waitMs: retryAfterMs } = await takeRate(table, 'p', 'send', { perSecond: 2, burst: 1 });
  await new Promise((resolve) => setTimeout(resolve, retryAfterMs + 1));
  expect(await takeRate(table, 'p', 'send', quick)).toEqual({ waitMs: 0, used: 0 });
});
