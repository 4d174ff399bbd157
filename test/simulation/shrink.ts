import type { Load } from './code.ts';
import { faultKinds } from './faults.ts';
import { type Less, planOf } from './plan.ts';
import { simulate } from './simulate.ts';

/** What of a seed's plan it takes to fail, by leaving out parts as long as that fails, too; so many worlds at most. */
export async function shrink(seed: number, load: Load, worlds = 120): Promise<Less> {
  let left = worlds;
  const fails = async (less: Less) => {
    left -= 1;
    return left >= 0 && (await simulate(planOf(seed, less), load)).broken.length > 0;
  };
  const othersThan = (kept: readonly string[]) => faultKinds.filter((kind) => !kept.includes(kind));
  const kinds = await fewest(faultKinds, (kept) => fails({ without: othersThan(kept) }));
  const without = othersThan(kinds);
  const all = planOf(seed, { without }).operations.map(({ index }) => index);
  const operations = await fewest(all, (kept) => fails({ without, operations: kept }));
  return { without, operations };
}

/** Leaves out larger, then smaller parts, as long as the rest will do. */
async function fewest<T>(
  all: readonly T[],
  suffices: (kept: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = all;
  for (let size = all.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await suffices(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}
