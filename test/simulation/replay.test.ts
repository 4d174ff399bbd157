import { beforeAll, expect, test } from 'vitest';
import { type Load, loadCode } from './code.ts';
import { planOf } from './plan.ts';
import { type PlantedBug, plantedBugs } from './planted-bugs.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { START } from './world.ts';

let load: Load;
beforeAll(async () => {
  load = await loadCode();
});

const transcript = async (seed: number) =>
  (await simulate(planOf(seed), load)).world.transcript.lines(START).join('\n');

test('a seed is one world, to the byte, whatever was run before', async () => {
  const first = await transcript(7);
  const other = await transcript(8);
  expect(await transcript(7)).toBe(first);
  expect(other).not.toBe(first);
});

test('a kind of fault that is left out does not happen, and an operation neither', async () => {
  const { plan, faults } = await simulate(
    planOf(4, { without: ['killed', 'dropped'], operations: [0, 1, 2, 9] }),
    load,
  );
  expect(plan.operations.map(({ index }) => index).sort()).toEqual([0, 1, 2, 9]);
  expect([...faults.keys()]).not.toContain('killed');
});

function bugThat(breaks: string): PlantedBug {
  const bug = plantedBugs.find((one) => one.breaks === breaks);
  if (!bug) throw new Error(`No planted bug has this: ${breaks}`);
  return bug;
}

test('what it takes to fail is less than the world that failed', async () => {
  const broken = await loadCode(bugThat('Nobody hears of leaves'));
  const seed = await firstFailing(broken);
  const less = await shrink(seed, broken, { worlds: 30 });
  const shrunk = await simulate(planOf(seed, less), broken);
  expect(shrunk.broken).not.toEqual([]);
  expect(shrunk.plan.operations.length).toBeLessThan(planOf(seed).operations.length / 2);
  // Without the bug it holds.
  expect((await simulate(planOf(seed, less), load)).broken).toEqual([]);
});

async function firstFailing(code: Load): Promise<number> {
  for (let seed = 1; seed < 20; seed += 1)
    if ((await simulate(planOf(seed), code)).broken.length > 0) return seed;
  throw new Error('No world fails');
}
