import type { Load } from './code.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import { type Less, planOf } from './plan.ts';
import { simulate } from './simulate.ts';

/** What of a seed's plan it takes to fail, by leaving out parts as long as that fails, too; so many worlds at most. */
export async function shrink(seed: number, load: Load, worlds = 120): Promise<Less> {
  let left = worlds;
  const fails = async (less: Less) => {
    if (left <= 0) return false;
    left -= 1;
    return (await simulate(planOf(seed, less), load)).broken.length > 0;
  };
  const without: FaultKind[] = [];
  for (const kind of faultKinds) if (await fails({ without: [...without, kind] })) without.push(kind);
  let operations = planOf(seed, { without }).operations.map(({ index }) => index);
  for (let size = Math.ceil(operations.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < operations.length; ) {
      const fewer = [...operations.slice(0, from), ...operations.slice(from + size)];
      if (await fails({ without, operations: fewer })) operations = fewer;
      else from += size;
    }
  }
  return { without, operations };
}
