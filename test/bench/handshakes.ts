import { io } from 'socket.io-client';
import { ChatClient } from '../support/chat-client.ts';
import { runChat } from '../support/run-chat.ts';
import { type Part, quantile } from './measurement.ts';

const COUNT = 200;
const ROUNDS = 4;

/**
 * So many clients open a connection in the same moment: with Socket.IO until `connect`, on the JSON wire until a first
 * request is answered, which is as much: the handshake and one message. Turn by turn on one stack, whose functions a first
 * round has warmed up.
 */
export const handshakes: Part = async (say) => {
  const stack = await runChat();
  const [sockets, plain, ratios]: [number[], number[], number[]] = [[], [], []];
  let lost = 0;
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const ofSockets = await storm(() => openSocket(stack.origin));
      const ofPlain = await storm(() => openPlain(`${stack.outputs.WebSocketUrl}`));
      lost += 2 * COUNT - ofSockets.length - ofPlain.length;
      say(
        `round ${round}: slowest of ${COUNT} after ${slowest(ofSockets)} ms, on JSON ${slowest(ofPlain)} ms`,
      );
      if (round === 0) continue;
      sockets.push(...ofSockets);
      plain.push(...ofPlain);
      ratios.push(quantile(ofSockets, 0.5) / quantile(ofPlain, 0.5));
    }
  } finally {
    await stack.stop();
  }
  return [
    { name: 'handshakes.lost', value: lost, unit: 'connections' },
    { name: 'handshakes.medianVsJson', value: quantile(ratios, 0.5), unit: 'ratio' },
    { name: 'handshakes.medianMs', value: quantile(sockets, 0.5), unit: 'ms' },
    { name: 'handshakes.slowestMs', value: slowest(sockets), unit: 'ms' },
    { name: 'handshakes.slowestOnJsonMs', value: slowest(plain), unit: 'ms' },
  ];
};

const slowest = (times: readonly number[]) => Math.round(quantile(times, 1));

/** How long each that opened took, milliseconds. */
async function storm(open: () => Promise<() => unknown>): Promise<number[]> {
  const startedAt = performance.now();
  const times: number[] = [];
  const opened = await Promise.allSettled(
    Array.from({ length: COUNT }, async () => {
      const close = await open();
      times.push(performance.now() - startedAt);
      return close;
    }),
  );
  await Promise.all(opened.map((result) => result.status === 'fulfilled' && result.value()));
  return times;
}

function openSocket(origin: string): Promise<() => unknown> {
  const socket = io(origin, { transports: ['websocket'], forceNew: true, reconnection: false });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(() => socket.disconnect()));
    socket.once('connect_error', reject);
  });
}

async function openPlain(url: string): Promise<() => unknown> {
  const client = await ChatClient.connect(url);
  await client.request('ping');
  return () => client.close();
}
