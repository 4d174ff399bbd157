import { createEvent } from '../load/event.ts';
import { runLoad } from '../load/run-load.ts';
import type { Part } from './measurement.ts';
import { progress } from './served/progress.ts';
import { serveSystem } from './served/served.ts';

/** `REDEPLOY_CLIENTS=500` for a machine that can serve them. */
const CLIENTS = Number(process.env.REDEPLOY_CLIENTS ?? 100);
const SECONDS = 60;
const EVERY_MS = 10_000;

/** All functions are replaced again and again while people chat, as by a deploy of new code. Who loses what? */
export const redeploy: Part = async (say) => {
  const served = await serveSystem('chat');
  const { url, eventsUrl } = served;
  let [replaced, times] = [0, 0];
  const replace = async () => {
    const environments = await served.ask('redeploy');
    times += 1;
    replaced += environments;
    say(`all functions were replaced, in ${environments} environments`);
  };
  let timer: NodeJS.Timeout | undefined;
  const show = progress(say, CLIENTS);
  try {
    const eventId = await createEvent(eventsUrl, 'Redeploy', { isLocal: true, operatorToken: undefined });
    const plan = { url, eventId, clients: CLIENTS, rate: 4, seconds: SECONDS };
    const result = await runLoad({ ...plan, wires: ['json', 'socketio-batch'] }, (phase, tally) => {
      if (phase === 'sending') timer ??= setInterval(replace, EVERY_MS);
      else clearInterval(timer);
      show(phase, tally);
    });
    const { tally, expected, delivered } = result;
    say(`${tally.acknowledged} messages, ${delivered} of ${expected} deliveries, ${times} deploys`);
    return [
      { name: 'redeploy.deploys', value: times, unit: 'deploys' },
      { name: 'redeploy.environmentsReplaced', value: replaced, unit: 'environments' },
      { name: 'redeploy.lostConnections', value: tally.losses, unit: 'connections' },
      { name: 'redeploy.lostMessages', value: expected - delivered, unit: 'deliveries' },
      { name: 'redeploy.duplicates', value: tally.duplicates, unit: 'messages' },
    ];
  } finally {
    clearInterval(timer);
    await served.stop();
  }
};
