import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { newTableAt } from '../support/table.ts';
import { lineChart } from './chart.ts';
import { type Measurement, median, type Part } from './measurement.ts';
import { newAudience } from './posting/audience.ts';
import { runBundled } from './posting/run-bundled.ts';
import type { Served, ServeTask } from './posting/serve-audience.ts';
import { startStubApi } from './posting/stub-api.ts';

const ROUNDS = 3;
/** Members, and the windows that are run for them in a round. */
const sizes = [
  { members: 100, windows: 100 },
  { members: 1_000, windows: 20 },
  { members: 10_000, windows: 3 },
  { members: 100_000, windows: 2 },
];
const WARM_UP = { members: 1_000, windows: 20 };
/** Below this, what every window costs shows. */
const LARGE = 1_000;

/** What windows of an audience took in one round: the medians for each recipient, microseconds, and the peak of memory. */
interface Row {
  members: number;
  cpuUs: number;
  us: number;
  peakMiB: number;
}

/**
 * What a window costs for each recipient while the audience grows, and the memory it takes: the real windows on a real table,
 * posting to a server that takes everything. Nothing waits for pace or quota. What other Lambdas would post is posted by the
 * same process.
 */
export const growth: Part = async (say) => {
  const database = await startDynamoDB();
  const api = await startStubApi();
  const rounds: Row[][] = [];
  try {
    const table = await newTableAt(database.endpoint);
    const withAudience = async (size: typeof WARM_UP) => ({
      ...size,
      eventId: await newAudience(table, size.members, say),
    });
    const warmUp = await withAudience(WARM_UP);
    const runs = [];
    for (const size of sizes) runs.push(await withAudience(size));
    const common = {
      database: database.endpoint,
      tableName: table.name,
      managementApi: api.endpoint,
      warmUp,
    };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const rows: Row[] = [];
      for (const measured of runs) {
        const { members } = measured;
        // A process for each size: what one leaves in memory is not the next one's.
        const served = await runBundled<ServeTask, Served>('serve-audience', { ...common, measured }, say);
        const row = { members, ...mediansOf(served) };
        rows.push(row);
        const [cpuUs, us, peakMiB] = [row.cpuUs, row.us, row.peakMiB].map(Math.round);
        say(
          `round ${round}, ${members} members: ${cpuUs} µs of CPU, ${us} µs for each; at most ${peakMiB} MiB`,
        );
      }
      // The first one finds the database cold.
      if (round > 0) rounds.push(rows);
    }
  } finally {
    api.stop();
    await database.stop();
  }
  const figures = figuresOf(rounds);
  await draw(figures.rows);
  return figures.measurements;
};

const mediansOf = ({ windows, peakMiB }: Served): Omit<Row, 'members'> => ({
  cpuUs: median(windows.map(({ cpuUs }) => cpuUs)),
  us: median(windows.map(({ us }) => us)),
  peakMiB,
});

function figuresOf(rounds: readonly (readonly Row[])[]): { rows: Row[]; measurements: Measurement[] } {
  /** Of the worst size to the best one. Round by round: they had the same noise. */
  const spread = (cost: 'cpuUs' | 'us') =>
    median(
      rounds.map((rows) => {
        const values = rows.filter(({ members }) => members >= LARGE).map((row) => row[cost]);
        return Math.max(...values) / Math.min(...values);
      }),
    );
  const rows = sizes.map(({ members }): Row => {
    const all = rounds.flatMap((round) => round.filter((row) => row.members === members));
    const of = (cost: 'cpuUs' | 'us' | 'peakMiB') => median(all.map((row) => row[cost]));
    return { members, cpuUs: of('cpuUs'), us: of('us'), peakMiB: of('peakMiB') };
  });
  const measurements = [
    { name: 'growth.cpuPerRecipientRatio', value: spread('cpuUs'), unit: 'ratio' },
    { name: 'growth.timePerRecipientRatio', value: spread('us'), unit: 'ratio' },
    { name: 'growth.peakMemoryMiB', value: Math.max(...rows.map(({ peakMiB }) => peakMiB)), unit: 'MiB' },
    ...rows.map((row) => ({ name: `growth.cpuPerRecipientUs.${row.members}`, value: row.cpuUs, unit: 'µs' })),
    ...rows.map((row) => ({ name: `growth.usPerRecipient.${row.members}`, value: row.us, unit: 'µs' })),
  ];
  return { rows, measurements };
}

const draw = (rows: readonly Row[]) =>
  lineChart({
    name: 'growth',
    title: 'What a window costs for each recipient, as the audience grows',
    rows: [
      ...rows.map(({ members, cpuUs }) => ({ members, us: cpuUs, of: 'CPU' })),
      ...rows.map(({ members, us }) => ({ members, us, of: 'Time' })),
    ],
    x: { field: 'members', title: 'Members' },
    y: { field: 'us', title: 'For each recipient (µs)' },
    series: { field: 'of', title: '' },
    logX: true,
  });
