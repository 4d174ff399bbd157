import { type FaultKind, faultKinds } from './faults.ts';
import type { Less } from './plan.ts';
import type { Result } from './simulate.ts';
import { START } from './world.ts';

/** What many worlds came to. */
export interface Totals {
  worlds: number;
  operations: number;
  acknowledged: number;
  repeats: number;
  faults: Partial<Record<FaultKind, number>>;
  /** Of any one world. */
  leastOperations: number;
  leastFaults: number;
  failed: { seed: number; broken: string[] }[];
}

export const noTotals = (): Totals => ({
  ...{ worlds: 0, operations: 0, acknowledged: 0, repeats: 0, faults: {}, failed: [] },
  ...{ leastOperations: Number.POSITIVE_INFINITY, leastFaults: Number.POSITIVE_INFINITY },
});

export function add(
  totals: Totals,
  { plan, broken, operations, acknowledged, repeats, faults }: Result,
): void {
  totals.worlds += 1;
  totals.operations += operations;
  totals.acknowledged += acknowledged;
  totals.repeats += repeats;
  let sum = 0;
  for (const [kind, count] of faults) {
    totals.faults[kind] = (totals.faults[kind] ?? 0) + count;
    sum += count;
  }
  totals.leastOperations = Math.min(totals.leastOperations, operations);
  totals.leastFaults = Math.min(totals.leastFaults, sum);
  if (broken.length > 0) totals.failed.push({ seed: plan.seed, broken });
}

export function sumOf(all: readonly Totals[]): Totals {
  const sum = noTotals();
  for (const one of all) {
    for (const key of ['worlds', 'operations', 'acknowledged', 'repeats'] as const) sum[key] += one[key];
    for (const kind of faultKinds) {
      const count = one.faults[kind];
      if (count !== undefined) sum.faults[kind] = (sum.faults[kind] ?? 0) + count;
    }
    sum.leastOperations = Math.min(sum.leastOperations, one.leastOperations);
    sum.leastFaults = Math.min(sum.leastFaults, one.leastFaults);
    sum.failed.push(...one.failed);
  }
  return sum;
}

export const perHour = (worlds: number, seconds: number): number => Math.round((worlds / seconds) * 3_600);

export function summary(totals: Totals, seconds: number): string {
  const { worlds, operations, acknowledged, repeats, faults, leastOperations, leastFaults, failed } = totals;
  const kinds = faultKinds.flatMap((kind) => (faults[kind] ? [`  ${kind.padEnd(18)} ${faults[kind]}`] : []));
  const count = Object.values(faults).reduce((sum, one) => sum + one, 0);
  return [
    `${worlds} worlds in ${seconds.toFixed(0)} s: ${perHour(worlds, seconds)} an hour`,
    `${operations} operations of clients (${leastOperations} or more in each world)`,
    `${acknowledged} messages acknowledged; ${repeats} heard twice, all with a reason; 0 lost`.replace(
      /; 0 lost$/,
      failed.length > 0 ? '' : '; none lost',
    ),
    `${count} faults (${leastFaults} or more in each world):`,
    ...kinds,
    failed.length === 0
      ? 'Everything holds.'
      : `${failed.length} worlds FAILED: ${failed.map(({ seed }) => seed).join(', ')}`,
  ].join('\n');
}

const LINES = 120;

/** What a failing world says, and how to see it again. */
export function transcriptOf({ plan, broken, world }: Result, less: Less): string {
  const lines = world.transcript.lines(
    START,
    (who) => who === 'world' || who === 'fault' || /^c\d/.test(who),
  );
  return [
    `Seed ${plan.seed} fails:`,
    ...broken.slice(0, 20).map((what) => `  ${what}`),
    '',
    ...lines.slice(-LINES).map((line) => (line.length > 220 ? `${line.slice(0, 220)}…` : line)),
    '',
    `To see it again: npm run simulate -- --seed ${plan.seed}${argumentsOf(less)}`,
  ].join('\n');
}

function argumentsOf({ operations, without = [] }: Less): string {
  const kept = operations ? ` --operations ${operations.join(',') || 'none'}` : '';
  return `${kept}${without.length > 0 ? ` --without ${without.join(',')}` : ''}`;
}
