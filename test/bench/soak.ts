import { createEvent, deleteEvent } from '../load/event.ts';
import { runLoad } from '../load/run-load.ts';
import { type Measurement, median, type Part } from './measurement.ts';
import { serveSystem } from './served/served.ts';

/** Longer shows smaller leaks. */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 20);
const load = { clients: 20, rate: 4, seconds: 30, dropSeconds: 10 };
const credentials = { isLocal: true, operatorToken: undefined };

/**
 * One event after the other is created, chatted in by people whose connections are lost again and again, ended and deleted. The memory of
 * the local stack and the rows of the table in the last quarter, as ratios to the second: the first fills what is filled once.
 */
export const soak: Part = async (say) => {
  const served = await serveSystem('chat');
  const { url, eventsUrl } = served;
  const rounds: { memoryMiB: number; rows: number }[] = [];
  let missing = 0;
  try {
    const until = performance.now() + MINUTES * 60_000;
    while (performance.now() < until || rounds.length < 4) {
      const eventId = await createEvent(eventsUrl, 'Soak', credentials);
      const plan = { ...load, url, eventId, wires: ['json', 'socketio-batch'] as const };
      const { expected, delivered } = await runLoad(plan, () => {});
      missing += expected - delivered;
      await deleteEvent(eventsUrl, eventId, credentials);
      const round = { memoryMiB: await served.ask('memoryMiB'), rows: await served.ask('rows') };
      rounds.push(round);
      say(
        `event ${rounds.length}: ${Math.round(round.memoryMiB)} MiB, ${round.rows} rows; ${missing} missing`,
      );
    }
  } finally {
    await served.stop();
  }
  const quarter = rounds.length / 4;
  const growth = (what: 'memoryMiB' | 'rows') => {
    const of = (from: number, to: number) => median(rounds.slice(from, to).map((round) => round[what]));
    return of(3 * quarter, rounds.length) / Math.max(1, of(quarter, 2 * quarter));
  };
  const measurements: Measurement[] = [
    { name: 'soak.events', value: rounds.length, unit: 'events' },
    { name: 'soak.memoryRatio', value: growth('memoryMiB'), unit: 'ratio' },
    { name: 'soak.rowsRatio', value: growth('rows'), unit: 'ratio' },
    { name: 'soak.missing', value: missing, unit: 'deliveries' },
  ];
  return measurements;
};
