import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { billFor, floor, total } from '../cost/bill.ts';
import { operationsOf, windowCycle } from '../cost/operations.ts';
import { ABLY_HOUR, readPlan } from '../cost/plan.ts';

test('an hour with 5,000 viewers costs little more than its messages, minutes and transfer', () => {
  const operations = operationsOf(ABLY_HOUR);
  expect(total(operations)).toBeLessThanOrEqual(22);
  expect(total(operations) / floor(operations)).toBeLessThanOrEqual(1.15);
});

test('windows keep the pace of a large event, and follow at once in a small one', () => {
  expect(windowCycle(5_000, 10)).toBeCloseTo(1.02, 2);
  // Half a minute between two messages: each has its window.
  expect(windowCycle(40, 1 / 30)).toBeCloseTo(30, 0);
});

test.for([
  ['viewers', { viewers: 10_000 }],
  ['hours', { hours: 2, messages: 50_000 }],
  ['longer messages', { textLength: 400 }],
  ['ids', { haveIds: true }],
  ['reactions', { reactions: 1_000_000 }],
  ['clients without batches', { viewers: 900, socketioShare: 1, unbatchedShare: 1 }],
] as const)('more %s cost more', ([, more]) => {
  const plan = { ...ABLY_HOUR, ...more };
  const without =
    'viewers' in more && more.viewers < ABLY_HOUR.viewers ? { ...plan, unbatchedShare: 0 } : ABLY_HOUR;
  expect(total(operationsOf(plan))).toBeGreaterThan(total(operationsOf(without)));
});

test('typing is told in small events only', () => {
  const frames = (viewers: number, typing: number) => operationsOf({ ...ABLY_HOUR, viewers, typing }).frame;
  // The frame of whoever types, its acknowledgement, and one for each of the others.
  expect(frames(40, 10) - frames(40, 0)).toBeCloseTo(10 * 41, 6);
  expect(frames(400, 10) - frames(400, 0)).toBeCloseTo(10 * 2, 6);
});

test('every line has a source', () => {
  for (const { what, usd, source } of billFor(operationsOf(ABLY_HOUR))) {
    expect(usd, what).toBeGreaterThanOrEqual(0);
    expect(source, what).toMatch(/^https:\/\/aws\.amazon\.com\//);
  }
});

test.for([
  [['--viewers', '0'], '--viewers 0: must be a whole number of at least 1'],
  [['--viewers', '1.5'], '--viewers 1.5: must be a whole number'],
  [['--hours', '0'], '--hours 0: must be a number above 0'],
  [['--messages', '-1'], '--messages'],
  [['--messages', ''], '--messages : must be a whole number of at least 0'],
  [['--unbatched-percent', '101'], '--unbatched-percent 101: must be a number from 0 to 100'],
  [['--wire', 'xml'], '--wire xml: must be one of json, socketio-batch, socketio, both'],
  [['--viewer', '1'], `Unknown option '--viewer'. "npm run cost -- --help" shows what there is.`],
] as [string[], string][])('%j is refused: %s', ([args, message]) => {
  expect(() => readPlan(args)).toThrow(message);
});

test('the command prints a bill whose lines add up', () => {
  const command = fileURLToPath(new URL('../cost/run.ts', import.meta.url));
  const run = (...args: string[]) =>
    execFileSync(process.execPath, ['--import', 'tsx', command, ...args]).toString();
  const plan = ['--viewers', '5000', '--messages', '35000', '--hours', '1'];
  const text = run(...plan);
  const bill = JSON.parse(run(...plan, '--json')) as { total: number; lines: { usd: number }[] };
  expect(bill.lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(bill.total, 9);
  expect(text).toMatch(new RegExp(`total +\\$${bill.total.toFixed(2).replace('.', '\\.')}\\n`));
});
