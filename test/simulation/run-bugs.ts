import { parseArgs } from 'node:util';
import { loadCode } from './code.ts';
import { planOf } from './plan.ts';
import { type PlantedBug, plantedBugs } from './planted-bugs.ts';
import { noTotals, type Totals } from './report.ts';
import { simulate } from './simulate.ts';
import { work } from './work.ts';

const HELP = `npm run simulate:bugs -- [options]

Plants one bug after the other in a bundle of the code, and runs worlds until one fails. See docs/proof.md.

  --seconds 120     how long for each
  --only 3,7        these alone, by their place in test/simulation/planted-bugs.ts, from 1 on
  --processes 2     so many at the same time
  --help`;

interface Found {
  bug: PlantedBug;
  number: number;
  seconds: number;
  totals: Totals;
}

/** The worlds begin with this seed, for each bug: a run can be repeated. */
const FIRST_SEED = 1;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '120' },
      only: { type: 'string' },
      processes: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const only = values.only?.split(',').map(Number);
  const waiting = plantedBugs
    .map((bug, index) => ({ bug, number: index + 1 }))
    .filter(({ number }) => !only || only.includes(number));
  const all = waiting.length;
  const unmutated = await loadCode();
  const found: Found[] = [];
  async function hunt(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const one = await find(next.bug, next.number, Number(values.seconds));
      const [failed] = one.totals.failed;
      // The bug is what makes it fail: the same world holds without it.
      const isBug = failed && (await simulate(planOf(failed.seed), unmutated)).broken.length === 0;
      if (isBug) found.push(one);
      console.log(row(one, isBug ? failed.broken[0] : undefined));
    }
  }
  console.log('| # | file | what it breaks | found after | as |\n|---|---|---|---|---|');
  await Promise.all(Array.from({ length: Number(values.processes) }, hunt));
  console.log(`\n${found.length} of ${all} found (${Math.round((100 * found.length) / all)} %)`);
  process.exitCode = found.length >= 0.95 * all ? 0 : 1;
}

async function find(bug: PlantedBug, number: number, seconds: number): Promise<Found> {
  const began = Date.now();
  let totals = noTotals();
  const { file, find, replace } = bug;
  const until = began + seconds * 1_000;
  const task = { first: FIRST_SEED, step: 1, until, worlds: 1_000_000, mutation: { file, find, replace } };
  await work(task, (heard) => {
    totals = heard;
  });
  return { bug, number, seconds: (Date.now() - began) / 1_000, totals };
}

/** Ids differ from world to world, and say nothing. */
const plain = (what: string) =>
  what
    .replaceAll(/[\w-]{16,22}/g, '…')
    .replaceAll('|', '/')
    .slice(0, 110);

const row = ({ bug, number, seconds, totals: { worlds } }: Found, broken: string | undefined) =>
  `| ${number} | \`${bug.file}\` | ${bug.breaks} | ${
    broken === undefined ? `**not found**, ${worlds} worlds` : `${worlds} worlds, ${seconds.toFixed(0)} s`
  } | ${broken === undefined ? '' : plain(broken)} |`;

await main();
