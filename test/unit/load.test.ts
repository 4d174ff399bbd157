import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { figuresOf, isGood, verdict } from '../load/figures.ts';
import { Histogram } from '../load/histogram.ts';
import { readOptions } from '../load/options.ts';
import { reportOf } from '../load/report.ts';
import { type LoadPlan, runLoad } from '../load/run-load.ts';
import { SeqSet } from '../load/seq-set.ts';
import { Tally } from '../load/tally.ts';

test('a histogram knows quantiles within 1 %', () => {
  const histogram = new Histogram();
  expect(histogram.quantile(0.5)).toBeNaN();
  for (let ms = 1; ms <= 1_000; ms += 1) histogram.add(ms);
  for (const share of [0.01, 0.5, 0.95, 0.99, 1]) {
    const quantile = histogram.quantile(share);
    expect(quantile).toBeGreaterThanOrEqual(1_000 * share);
    expect(quantile).toBeLessThanOrEqual(1_010 * share);
  }
  histogram.add(0);
  histogram.add(1e9);
  expect(histogram).toMatchObject({ count: 1_002, max: 1e9 });
});

test('a set of numbers knows each of them once', () => {
  const set = new SeqSet();
  const numbers = [1, 7, 8, 9, 511, 512, 513, 100_000, 65_536];
  for (const seq of numbers) expect(set.add(seq)).toBe(true);
  for (const seq of numbers) expect(set.add(seq)).toBe(false);
  expect([0, 2, 510, 514, 99_999, 1_000_000].filter((seq) => set.has(seq))).toEqual([]);
});

test('what counts is what was acknowledged after a client had joined', () => {
  const tally = new Tally(0);
  const early = { from: 0, heard: new SeqSet() };
  const late = { from: 2, heard: new SeqSet() };
  const never = { from: undefined, heard: new SeqSet() };
  for (const seq of [1, 2, 3, 4]) tally.send(`m${seq}`, 0);
  for (const seq of [3, 1, 2]) tally.acknowledge(`m${seq}`, seq, 10);
  // A repeat that is answered twice is one message; nobody here has sent the other.
  tally.acknowledge('m1', 1, 20);
  tally.acknowledge('other', 9, 20);
  for (const seq of [1, 3, 4]) early.heard.add(seq);
  expect(tally.delivery([early, late, never])).toEqual({ expected: 4, delivered: 2 });
  late.heard.add(3);
  early.heard.add(2);
  expect(tally.delivery([early, late, never])).toEqual({ expected: 4, delivered: 4 });
  expect(tally).toMatchObject({ sent: 4, acknowledged: 3 });
});

const local = ['--url', 'ws://localhost:5000/prod'];

test('the command line has defaults, and knows the HTTP API of the local stack', () => {
  expect(readOptions(local)).toEqual({
    ...{ url: 'ws://localhost:5000/prod', eventsUrl: 'http://localhost:5000/api/events' },
    ...{ clients: 100, rate: 2, seconds: 60, wires: ['json', 'socketio-batch'] },
  });
  expect(readOptions(['--help'])).toBe('help');
});

const own = ['--url', 'wss://chat.example.com/prod', '--events-url', 'https://api.example.com/api/events'];

test.for([
  [[], '--url is missing'],
  [['--url', 'localhost'], '--url localhost: is no address'],
  [['--url', 'http://localhost/prod'], 'must begin with ws:// or wss://'],
  [[...local, '--clients', '1.5'], '--clients 1.5: must be a whole number above 0'],
  [[...local, '--rate', '0'], '--rate 0: must be a number above 0'],
  [[...local, '--seconds', 'x'], '--seconds x: must be a number'],
  [[...local, '--drop', '-1'], '--drop'],
  [[...local, '--wire', 'toString'], '--wire toString: must be one of json, socketio, socketio-batch, both'],
  [[...local, '--clientz', '1'], `Unknown option '--clientz'. "npm run load -- --help" shows what there is.`],
  [['--url', 'wss://chat.example.com/prod', '--event', 'e'], 'add --allow-host chat.example.com'],
  [['--url', 'wss://localhost.example.com/prod', '--event', 'e'], 'is not this machine'],
  [['--url', own[1], '--allow-host', 'chat.example.com'], '--events-url is missing'],
  [[...own, '--allow-host', 'chat.example.com'], '--events-url is on api.example.com'],
  [[...local, '--tokens', 'https://login.example.com/{name}'], '--tokens is on login.example.com'],
] as [string[], string][])('%j is refused: %s', ([args, message]) => {
  expect(() => readOptions(args)).toThrow(message);
});

test('hosts that are named may be loaded', () => {
  const allowed = ['--allow-host', 'chat.example.com', '--allow-host', 'api.example.com'];
  expect(readOptions([...own, ...allowed])).toMatchObject({ url: own[1], eventsUrl: own[3] });
});

/** A chat that acknowledges messages, and sends everybody what `lines` makes of them. */
async function startChat(
  lines: (seqs: number[], client: number) => number[],
  { clients = 3 }: Partial<LoadPlan> = {},
) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const sockets: { send(text: string): void }[] = [];
  const ids: string[] = [];
  /** How many have connected and not joined yet, now and at most. */
  const entering = { now: 0, most: 0 };
  server.on('connection', (socket) => {
    entering.now += 1;
    entering.most = Math.max(entering.most, entering.now);
    const say = (frame: object) => socket.send(JSON.stringify(frame));
    socket.on('message', (text) => {
      const { action, id, data } = JSON.parse(String(text));
      if (action === 'joinEvent') {
        sockets.push(socket);
        entering.now -= 1;
        say({ event: 'ack', id, data: { latestSeq: 0, participantToken: 'secret' } });
        say({ event: 'eventHistory', data: { messages: [], hasMore: false } });
      } else {
        ids.push(data.clientMessageId);
        const message = { seq: ids.length, clientMessageId: data.clientMessageId };
        say({ event: 'ack', id, data: { message } });
        // In tens, so that they can be mixed up.
        if (ids.length % 10 > 0) return;
        const seqs = Array.from({ length: 10 }, (_, i) => ids.length - 9 + i);
        for (const [client, other] of sockets.entries()) {
          const told = lines(seqs, client).map((seq) => ({
            event: 'newMessage',
            data: { seq, clientMessageId: ids[seq - 1] },
          }));
          other.send(JSON.stringify(told));
        }
      }
    });
  });
  const { port } = server.address() as { port: number };
  const plan: LoadPlan = {
    ...{ url: `ws://127.0.0.1:${port}`, eventId: 'e', clients, wires: ['json'], rate: 100, seconds: 0.2 },
    patienceMs: 300,
  };
  const result = await runLoad(plan, () => {});
  const figures = Object.fromEntries(figuresOf(result).map(([name, value]) => [name, value]));
  return { plan, result, figures, entering };
}

test('a chat that keeps its promises passes', async () => {
  const { plan, result, figures } = await startChat((seqs) => seqs);
  expect(isGood(result)).toBe(true);
  expect(figures).toMatchObject({ delivered: '100 %', duplicates: '0', inversions: '0', sent: '20' });
  const html = await reportOf(result, { ...plan, dropSeconds: undefined, url: 'ws://<b>"' }, new Date(0));
  expect(html).toContain('Everybody got every acknowledged message');
  expect(html.match(/<svg /g)).toHaveLength(4);
  expect(html).toContain('ws://&#60;b&#62;&#34;');
  expect(html).not.toMatch(/<script|<link|<img|src=|@import/);
});

test('a thousand clients come in waves, and all of them are counted', { timeout: 120_000 }, async () => {
  const { result, figures, entering } = await startChat((seqs) => seqs, { clients: 1_000 });
  expect(isGood(result)).toBe(true);
  expect(result).toMatchObject({ clients: 1_000, away: 0, expected: 20_000, delivered: 20_000 });
  expect(figures.delivered).toBe('100 %');
  expect(entering.most).toBeLessThanOrEqual(20);
});

test('what a chat loses is missing', async () => {
  const { result, figures } = await startChat((seqs, client) => seqs.slice(client === 1 ? 1 : 0));
  expect(isGood(result)).toBe(false);
  expect(verdict(result)).toBe('2 deliveries are missing.');
  expect(figures).toMatchObject({ delivered: '96.6667 %', inversions: '0' });
});

test('what comes twice, and what comes too late, is counted', async () => {
  const { result, figures } = await startChat(([a = 0, b = 0, ...seqs], client) =>
    client === 0 ? [b, a, a, ...seqs] : [a, b, ...seqs],
  );
  expect(figures).toMatchObject({ delivered: '100 %', duplicates: '2', inversions: '2' });
  expect(verdict(result)).toBe('2 messages came in the wrong order.');
});
