import { loadCode } from './code.ts';
import { planOf } from './plan.ts';
import { add, noTotals } from './report.ts';
import { simulate } from './simulate.ts';

/** Seeds `first`, `first + step` … until a time, milliseconds since the epoch, or so many. */
export interface Task {
  first: number;
  step: number;
  until: number;
  worlds: number;
}

const { first, step, until, worlds } = JSON.parse(process.argv[2] ?? '') as Task;
const load = await loadCode();
const totals = noTotals();
for (let seed = first; totals.worlds < worlds && Date.now() < until; seed += step) {
  add(totals, await simulate(planOf(seed), load));
  process.send?.(totals);
}
process.disconnect?.();
