import { expect, test } from 'vitest';
import { minutesBetweenPings, slotsAt } from '../../shared/chat/heartbeat-slots.ts';
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from '../../shared/protocol/socketio.ts';
import { SLOTS } from '../../shared/store/keys.ts';
import { timing } from '../../shared/timing.ts';

const {
  requestTimeoutMs,
  windowTimeoutMs,
  deadlineReserveMs,
  leaseMs,
  leaseRenewalMs,
  directMs,
  reviewMaxMs,
  busyWaitMs,
  holeMs,
  holeWaitMs,
  heldTooLongMs,
  presenceHistoryMs,
  failingTooLongMs,
  lateWriterMs,
} = timing;

/** Why each has to be shorter than the next. */
const shorterThan: readonly [why: string, ...durations: number[]][] = [
  ['a lease outlives some renewals that fail', 4 * leaseRenewalMs, leaseMs],
  [
    'a sender is done with its review, its windows, and one that a dead holder delays, before its function ends',
    reviewMaxMs + directMs + leaseMs,
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
  ['no function that was under way when an event was deleted runs any more', windowTimeoutMs, lateWriterMs],
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

/** The minutes in which a connection of a slot is pinged, of the first 80. */
const pingsOf = (slot: number, everyMinutes: number): number[] =>
  Array.from({ length: 80 }, (_, minute) => minute).filter((minute) =>
    slotsAt(60_000 * minute, everyMinutes).includes(slot),
  );

test.for([
  [0, 8],
  [60, 1],
  [180, 1],
  [239, 1],
  [300, 3],
  [600, 8],
  [7_200, 8],
] as const)(
  'to notice within %i s that a link is dead, every connection is pinged every %i minutes',
  ([recoverySeconds, expected]) => {
    const everyMinutes = minutesBetweenPings({ recoverySeconds });
    expect(everyMinutes).toBe(expected);
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const pings = pingsOf(slot, everyMinutes);
      const gaps = pings.slice(1).map((minute, index) => minute - (pings[index] ?? 0));
      expect(new Set(gaps)).toEqual(new Set([everyMinutes]));
    }
    // Sooner than after three minutes is not possible with one heartbeat a minute.
    const noticedAfter = 60 * everyMinutes + PING_TIMEOUT_MS / 1_000;
    if (recoverySeconds >= 180) expect(noticedAfter).toBeLessThanOrEqual(recoverySeconds);
  },
);
