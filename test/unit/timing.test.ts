import { expect, test } from 'vitest';
import { PING_INTERVAL_MS } from '../../shared/protocol/socketio.ts';
import { SLOTS } from '../../shared/store/keys.ts';
import { timing } from '../../shared/timing.ts';

const {
  requestTimeoutMs,
  windowTimeoutMs,
  deadlineReserveMs,
  leaseMs,
  leaseRenewalMs,
  directMs,
  busyWaitMs,
  holeMs,
  holeWaitMs,
  heldTooLongMs,
  presenceHistoryMs,
  failingTooLongMs,
} = timing;

/** Why each has to be shorter than the next. */
const shorterThan: readonly [why: string, ...durations: number[]][] = [
  ['a lease outlives some renewals that fail', 4 * leaseRenewalMs, leaseMs],
  [
    'a sender is done with its windows, and with one that a dead holder delays, before its function ends',
    directMs + leaseMs,
    requestTimeoutMs,
  ],
  [
    'a held member is taken for stuck only when the function that joined it is dead',
    requestTimeoutMs,
    heldTooLongMs,
  ],
  [
    'what a held member missed is kept until it is live or stuck, and the window after that',
    heldTooLongMs + leaseMs,
    presenceHistoryMs,
  ],
  ['what a failing member missed is kept until it is given up', failingTooLongMs, presenceHistoryMs],
  ['a hole is closed before a dead holder would be noticed', holeMs, leaseMs],
  ['a hole is looked at several times before it is closed', 10 * holeWaitMs, holeMs],
  ['whoever waits for a lease looks several times before it runs out', 10 * busyWaitMs, leaseMs],
  [
    'a function that works until its deadline has time to end its last window',
    leaseMs,
    windowTimeoutMs - deadlineReserveMs,
  ],
];

test.for(shorterThan)('%s', ([, ...durations]) => {
  expect(durations).toEqual([...durations].sort((a, b) => a - b));
  expect(new Set(durations).size).toBe(durations.length);
});

test('every connection is pinged as often as its client was told', () => {
  expect(SLOTS * 60_000).toBe(PING_INTERVAL_MS);
});
