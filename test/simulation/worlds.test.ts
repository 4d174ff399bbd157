import { expect, test } from 'vitest';
import { loadCode } from './code.ts';
import { planOf } from './plan.ts';
import { add, noTotals, transcriptOf } from './report.ts';
import { simulate } from './simulate.ts';

/** The same worlds each time; `npm run simulate` takes others, as many as there is time for. */
const WORLDS = 60;

test(`all holds in ${WORLDS} worlds`, async () => {
  const load = await loadCode();
  const totals = noTotals();
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const result = await simulate(planOf(seed), load);
    add(totals, result);
    expect(result.broken, transcriptOf(result, {})).toEqual([]);
  }
  expect(totals.leastOperations).toBeGreaterThanOrEqual(30);
  expect(totals.leastFaults).toBeGreaterThanOrEqual(5);
  expect(totals.acknowledged).toBeGreaterThan(5 * WORLDS);
});
