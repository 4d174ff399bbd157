import type { Load } from './code.ts';
import { faultKinds } from './faults.ts';
import { type Less, planOf } from './plan.ts';
import { simulate } from './simulate.ts';

interface Bounds {
  /** So many worlds at most. */
  worlds?: number;
  /** Tries no more after that, milliseconds since the epoch. */
  until?: number;
  /** Hears how many worlds were tried, and what is left. */
  tried?: (worlds: number, left: string) => void;
}

/** What of a seed's plan it takes to fail, by leaving out parts as long as that fails, too. */
export async function shrink(
  seed: number,
  load: Load,
  { worlds = 120, until = Number.POSITIVE_INFINITY, tried = () => {} }: Bounds = {},
): Promise<Less> {
  let count = 0;
  const fails = async (less: Less, left: string) => {
    if (count >= worlds || Date.now() >= until) return false;
    count += 1;
    const { broken } = await simulate(planOf(seed, less), load);
    if (broken.length > 0) tried(count, left);
    return broken.length > 0;
  };
  const othersThan = (kept: readonly string[]) => faultKinds.filter((kind) => !kept.includes(kind));
  const kinds = await fewest(faultKinds, (kept) =>
    fails({ without: othersThan(kept) }, `${kept.length} kinds of faults`),
  );
  const without = othersThan(kinds);
  const all = planOf(seed, { without }).operations.map(({ index }) => index);
  const operations = await fewest(all, (kept) =>
    fails({ without, operations: kept }, `${kinds.length} kinds of faults and ${kept.length} operations`),
  );
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
