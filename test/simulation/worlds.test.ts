import { beforeAll, expect, test } from 'vitest';
import { type Load, loadCode } from './code.ts';
import { planOf } from './plan.ts';
import { add, noTotals, transcriptOf } from './report.ts';
import { simulate } from './simulate.ts';

/** The same worlds each time; `npm run simulate` takes others, as many as there is time for. */
const AT_ONCE = 10;
const FIRST_SEEDS = [1, 11, 21, 31, 41, 51];

let load: Load;
beforeAll(async () => {
  load = await loadCode();
});

test.for(FIRST_SEEDS)(`all holds in ${AT_ONCE} worlds from seed %i on`, async (first) => {
  const totals = noTotals();
  for (let seed = first; seed < first + AT_ONCE; seed += 1) {
    const result = await simulate(planOf(seed), load);
    add(totals, result);
    expect(result.broken, transcriptOf(result, {})).toEqual([]);
  }
  expect(totals.leastOperations).toBeGreaterThanOrEqual(30);
  expect(totals.leastFaults).toBeGreaterThanOrEqual(5);
  expect(totals.acknowledged).toBeGreaterThan(5 * AT_ONCE);
});
