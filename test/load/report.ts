import { drawLines } from '../bench/chart.ts';
import { count, type Figure, figuresOf, isGood, verdict } from './figures.ts';
import type { LoadOptions } from './options.ts';
import type { LoadResult } from './run-load.ts';
import type { Second } from './tally.ts';

/** One page without anything outside it. */
export async function reportOf(
  result: LoadResult,
  plan: Pick<LoadOptions, 'url' | 'clients' | 'rate' | 'seconds' | 'dropSeconds' | 'wires'> & {
    eventId: string;
  },
  startedAt: Date,
): Promise<string> {
  const { seconds } = result.tally;
  const charts = [
    await throughput(seconds),
    await latencyOverTime(seconds),
    await clientsOverTime(seconds),
    await latencies(result),
  ];
  const settings: [string, string][] = [
    ['address', plan.url],
    ['event', plan.eventId],
    ['clients', `${count(plan.clients)}, ${plan.wires.join(' and ')}`],
    ['messages', `${plan.rate} a second for ${plan.seconds} seconds`],
    [
      'cuts',
      plan.dropSeconds === undefined
        ? 'none'
        : `every client once in ${plan.dropSeconds} seconds, on average`,
    ],
    ['began', startedAt.toISOString()],
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load: ${escaped(verdict(result))}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; background: #fff; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
  .verdict { padding: .75rem 1rem; border-left: .4rem solid ${isGood(result) ? '#2c8a4b' : '#c0392b'}; background: #f5f5f5; font-weight: 600; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-top: 1px solid #ddd; }
  th { white-space: nowrap; } td.note { color: #555; } svg { max-width: 100%; height: auto; }
</style>
<h1>Load of a live event chat</h1>
<p class="verdict">${escaped(verdict(result))}</p>
<h2>What was done</h2>
<table>${settings.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escaped(value)}</td></tr>`).join('\n')}</table>
<h2>What came of it</h2>
<table>${figuresOf(result).map(rowOf).join('\n')}</table>
<h2>Over time</h2>
${charts.map((svg) => `<figure>${svg}</figure>`).join('\n')}
</html>
`;
}

const rowOf = ([name, value, meaning]: Figure) =>
  `<tr><th scope="row">${name}</th><td>${escaped(value)}</td><td class="note">${escaped(meaning)}</td></tr>`;

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const x = { field: 'second', title: 'Second of the run' };
const series = { field: 'what', title: '' };

const throughput = (seconds: readonly Second[]) =>
  drawLines({
    ...{ title: 'Deliveries a second', x, series, points: false },
    y: { field: 'value', title: 'Deliveries' },
    rows: seconds.map(({ heard }, second) => ({ second, what: 'heard', value: heard })),
  });

const latencyOverTime = (seconds: readonly Second[]) =>
  drawLines({
    ...{ title: 'From send to each client that was there', x, series, points: false },
    y: { field: 'value', title: 'Milliseconds' },
    rows: seconds.flatMap(({ latency }, second) =>
      latency.count === 0
        ? []
        : [
            { second, what: 'half of them within', value: latency.quantile(0.5) },
            { second, what: '99 % within', value: latency.quantile(0.99) },
          ],
    ),
  });

const clientsOverTime = (seconds: readonly Second[]) =>
  drawLines({
    ...{ title: 'Clients in the event', x, series, points: false },
    y: { field: 'value', title: 'Clients' },
    rows: seconds.flatMap(({ live, cuts }, second) => [
      { second, what: 'in the event', value: live },
      { second, what: 'cut in this second', value: cuts },
    ]),
  });

const latencies = ({ tally }: LoadResult) => {
  const all = [
    ['to the acknowledgement', tally.sendToAck],
    ['to each client that was there', tally.sendToHear],
    ['to each client that had come back', tally.sendToCatchUp],
  ] as const;
  return drawLines({
    ...{ title: 'How long it took', series, points: false },
    x: { field: 'share', title: 'Percent of them' },
    y: { field: 'value', title: 'Milliseconds, at most' },
    rows: all.flatMap(([what, histogram]) =>
      histogram.count === 0
        ? []
        : Array.from({ length: 100 }, (_, at) => ({
            what,
            share: at + 1,
            value: histogram.quantile((at + 1) / 100),
          })),
    ),
  });
};
