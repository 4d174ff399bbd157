import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { loadCode } from './code.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import { type Less, planOf } from './plan.ts';
import { newProgress } from './progress.ts';
import { add, noTotals, perHour, summary, sumOf, transcriptOf } from './report.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { work } from './work.ts';

const HELP = `npm run simulate -- [options]

Runs worlds: the functions on simulated AWS services, with clients and faults, all by a seed. See docs/proof.md.

  --seconds 60        how long
  --worlds 100        how many at most
  --from 1            the first seed; chance, if it is not given
  --seed 7            this world alone, with its transcript
  --operations 1,4    of this world only these operations
  --without killed    of this world all faults but these (comma-separated)
  --processes 2       on so many processors
  --help`;

const list = (text: string | undefined) => text?.split(',').filter((one) => one !== 'none');

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      worlds: { type: 'string', default: '1000000000' },
      processes: { type: 'string', default: '2' },
      ...{ from: { type: 'string' }, seed: { type: 'string' }, operations: { type: 'string' } },
      ...{ without: { type: 'string' }, help: { type: 'boolean', default: false } },
    },
  });
  if (values.help) return console.log(HELP);
  if (values.seed !== undefined) {
    const operations = list(values.operations)?.map(Number);
    const without = list(values.without)?.filter((kind): kind is FaultKind =>
      (faultKinds as readonly string[]).includes(kind),
    );
    return replay(Number(values.seed), { ...(operations && { operations }), ...(without && { without }) });
  }
  const from = values.from === undefined ? randomInt(1, 1e9) : Number(values.from);
  await runMany(from, Number(values.seconds), Number(values.worlds), Number(values.processes));
}

async function replay(seed: number, less: Less): Promise<void> {
  const result = await simulate(planOf(seed, less), await loadCode());
  const totals = noTotals();
  add(totals, result);
  console.log(transcriptOf(result, less));
  console.log(`\n${summary(totals, 1).split('\n').slice(1).join('\n')}`);
  process.exitCode = result.broken.length > 0 ? 1 : 0;
}

async function runMany(from: number, seconds: number, worlds: number, processes: number): Promise<void> {
  // What it takes until worlds can begin counts, too.
  const began = Date.now() - process.uptime() * 1_000;
  const elapsed = () => (Date.now() - began) / 1_000;
  const all = Array.from({ length: processes }, noTotals);
  const told = new Set<number>();
  const progress = newProgress();
  progress.say(`Seeds from ${from} on`);
  const timer = setInterval(() => {
    const { worlds: done, acknowledged, failed } = sumOf(all);
    const rate = `${done} worlds (${perHour(done, elapsed())} an hour)`;
    progress.show(`${elapsed().toFixed(0)} s: ${rate}, ${acknowledged} messages, ${failed.length} failed`);
  }, 1_000);
  await Promise.all(
    all.map((_, index) => {
      const share = Math.ceil((worlds - index) / processes);
      const task = { first: from + index, step: processes, until: began + seconds * 1_000, worlds: share };
      return work(task, (totals) => {
        all[index] = totals;
        for (const { seed } of totals.failed) {
          if (!told.has(seed)) progress.say(`Seed ${seed} fails: npm run simulate -- --seed ${seed}`);
          told.add(seed);
        }
      });
    }),
  ).finally(() => clearInterval(timer));
  const totals = sumOf(all);
  progress.say(`\n${summary(totals, elapsed())}`);
  const [first] = totals.failed;
  if (!first) return;
  process.exitCode = 1;
  progress.say(`\nLooking for what it takes to fail, for ${SHRINK_MS / 1_000} s at most …`);
  const load = await loadCode();
  const less = await shrink(first.seed, load, {
    until: Date.now() + SHRINK_MS,
    tried: (tried, left) => progress.show(`${tried} worlds tried: ${left} of it fail, too`),
  });
  progress.say(`\n${transcriptOf(await simulate(planOf(first.seed, less), load), less)}`);
}

/** Looking for less takes no longer. */
const SHRINK_MS = 60_000;

/** Whoever reads the beginning alone, as `head` does, ends it. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await main();
