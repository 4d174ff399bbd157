import type { Histogram } from './histogram.ts';
import type { LoadResult } from './run-load.ts';

/** One line of a report: what, how much, and what it means. */
export type Figure = [name: string, value: string, meaning: string];

/** Whether what the chat promises was kept, and something was shown. */
export const isGood = ({ tally, expected, delivered, away }: LoadResult): boolean =>
  expected > 0 && delivered === expected && tally.inversions === 0 && away === 0;

export function verdict(result: LoadResult): string {
  const { tally, expected, delivered, away } = result;
  if (isGood(result)) return 'Everybody got every acknowledged message, in order.';
  if (expected === 0) return 'Nothing was acknowledged, so nothing is shown.';
  const faults = [
    ...(delivered < expected ? [`${count(expected - delivered)} deliveries are missing`] : []),
    ...(tally.inversions > 0 ? [`${count(tally.inversions)} messages came in the wrong order`] : []),
    ...(away > 0 ? [`${count(away)} clients did not come back`] : []),
  ];
  return `${faults.join(', ')}.`;
}

export function figuresOf(result: LoadResult): Figure[] {
  const { tally, clients, expected, delivered, unanswered, loopDelay } = result;
  const { sendToAck, sendToHear, sendToCatchUp } = tally;
  const errors = [...tally.errors].sort(([, a], [, b]) => b - a).map(([code, n]) => `${code}: ${count(n)}`);
  return [
    [
      'delivered',
      percent(delivered, expected),
      `${count(delivered)} of ${count(expected)}: each acknowledged message for each client that was there`,
    ],
    ['duplicates', count(tally.duplicates), 'messages that a client was sent again as new'],
    ['inversions', count(tally.inversions), 'messages that came after a later one'],
    [
      'sent',
      count(tally.sent),
      `${count(tally.acknowledged)} acknowledged, ${count(tally.refused)} refused, ${count(unanswered)} without an answer`,
    ],
    ['send to ack', latency(sendToAck), 'with the time until a sender who was cut is back'],
    ['send to receive', latency(sendToHear), `${count(sendToHear.count)} times as it was said`],
    [
      'send to catch up',
      latency(sendToCatchUp),
      `${count(sendToCatchUp.count)} times after the client had come back`,
    ],
    ['connected', count(tally.connects), `${count(clients)} clients; ${count(tally.attempts)} attempts`],
    [
      'came back',
      count(tally.reconnects),
      `${count(tally.recoveries)} recovered by Socket.IO, ${count(tally.rejoins)} joined again; ${count(tally.cuts)} were cut, ${count(tally.losses)} lost otherwise`,
    ],
    ['errors', errors.length > 0 ? errors.join(', ') : 'none', 'by code, repeated and answered ones too'],
    [
      'this process',
      `${ms(loopDelay.p99)} late`,
      `at p99, ${ms(loopDelay.max)} at most: so much of a time may not be the chat's`,
    ],
  ];
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export const ms = (value: number): string =>
  Number.isNaN(value) ? '–' : value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

function latency(histogram: Histogram): string {
  if (histogram.count === 0) return '–';
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => ms(histogram.quantile(share)));
  return `p50 ${p50}, p95 ${p95}, p99 ${p99}, max ${ms(histogram.max)}`;
}

/** Never rounded up to 100 %. */
function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  return part === whole ? '100 %' : `${Math.min(99.9999, (100 * part) / whole).toFixed(4)} %`;
}
