import { loadCode, type Mutation } from './code.ts';
import { planOf } from './plan.ts';
import { add, noTotals } from './report.ts';
import { simulate } from './simulate.ts';

/** Seeds `first`, `first + step` … until a time, milliseconds since the epoch, or so many. */
export interface Task {
  first: number;
  step: number;
  until: number;
  worlds: number;
  /** Stops at the first that fails. */
  mutation?: Mutation;
}

const { first, step, until, worlds, mutation } = JSON.parse(process.argv[2] ?? '') as Task;
const load = await loadCode(mutation);
const totals = noTotals();
/** Nobody is left to hear of it. */
process.once('disconnect', () => process.exit());

const began = Date.now();
/** What another world takes, by those before, milliseconds. */
const another = () => (Date.now() - began) / Math.max(1, totals.worlds);
for (let seed = first; totals.worlds < worlds && Date.now() + another() < until; seed += step) {
  add(totals, await simulate(planOf(seed), load));
  process.send?.(totals);
  if (mutation && totals.failed.length > 0) break;
}
process.disconnect?.();
