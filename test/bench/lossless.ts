import { createEvent } from '../load/event.ts';
import type { MemberOptions } from '../load/member.ts';
import { type LoadResult, runLoad } from '../load/run-load.ts';
import type { Tally } from '../load/tally.ts';
import type { Measurement, Part } from './measurement.ts';
import { PlainMember } from './served/plain-member.ts';
import { progress } from './served/progress.ts';
import { type ServedSystem, type System, serveSystem } from './served/served.ts';

/** `LOSSLESS_CLIENTS=1000` for a machine that can serve them. */
const CLIENTS = Number(process.env.LOSSLESS_CLIENTS ?? 200);
const SECONDS = 60;
const load = { clients: CLIENTS, rate: 2, seconds: SECONDS, dropSeconds: 15 };

const names: Record<System, string> = {
  chat: '',
  socketio: 'socketio',
  'socketio-recovery': 'socketioRecovery',
};

/**
 * The same clients on this chat, on a plain Socket.IO server, and on one with connection state recovery, one after the other: everybody's
 * connection is lost once in 15 seconds, as on a train, and comes back by itself. What became of the messages that were acknowledged?
 */
export const lossless: Part = async (say) => {
  const measurements: Measurement[] = [];
  for (const system of ['chat', 'socketio', 'socketio-recovery'] as const) {
    const served = await serveSystem(system);
    try {
      say(`${system}: ${CLIENTS} clients, ${load.rate} messages a second, a cut every ${load.dropSeconds} s`);
      const result = await play(system, served, say);
      const memoryMiB = await served.ask('memoryMiB');
      say(lineOf(result, memoryMiB));
      measurements.push(...measured(names[system], result, memoryMiB));
    } finally {
      await served.stop();
    }
  }
  return measurements;
};

async function play(
  system: System,
  { url, eventsUrl }: ServedSystem,
  say: (line: string) => void,
): Promise<LoadResult> {
  const show = progress(say, CLIENTS);
  if (system !== 'chat') {
    const newMember = (options: MemberOptions) => new PlainMember(options);
    return runLoad(
      { ...load, url, eventId: 'event', wires: ['socketio'], newMember, patienceMs: 5_000 },
      show,
    );
  }
  const eventId = await createEvent(eventsUrl, 'Lossless', { isLocal: true, operatorToken: undefined });
  return runLoad({ ...load, url, eventId, wires: ['json', 'socketio-batch'] }, show);
}

const percent = ({ delivered, expected }: LoadResult) => (100 * delivered) / expected;
const ms = ({ replay }: Tally, share: number) => replay.quantile(share);

function lineOf(result: LoadResult, memoryMiB: number): string {
  const { tally, delivered, expected } = result;
  return (
    `${tally.acknowledged} acknowledged, ${tally.cuts} cuts; ${delivered} of ${expected} deliveries (${percent(result).toFixed(3)} %), ` +
    `${tally.duplicates} twice, ${tally.inversions} out of order; what was missed came ${Math.round(ms(tally, 0.5))} ms after the ` +
    `connection (p99 ${Math.round(ms(tally, 0.99))}); ${Math.round(memoryMiB)} MiB`
  );
}

function measured(system: string, result: LoadResult, memoryMiB: number): Measurement[] {
  const { tally } = result;
  const name = (what: string) =>
    `lossless.${system}${system ? what.charAt(0).toUpperCase() + what.slice(1) : what}`;
  return [
    { name: name('deliveredPercent'), value: percent(result), unit: '%' },
    { name: name('duplicates'), value: tally.duplicates, unit: 'messages' },
    { name: name('inversions'), value: tally.inversions, unit: 'messages' },
    { name: name('replayP50Ms'), value: ms(tally, 0.5), unit: 'ms' },
    { name: name('replayP99Ms'), value: ms(tally, 0.99), unit: 'ms' },
    { name: name('memoryMiB'), value: memoryMiB, unit: 'MiB' },
  ];
}
