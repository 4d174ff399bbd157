import { expect, it } from 'vitest';
import { nextTime } from '../../local/scheduler/schedule-expression.ts';

// A Sunday.
const now = '2026-11-22T08:41:06.500Z';

it.each([
  ['rate(1 minute)', '2026-11-22T08:42:06.500Z'],
  ['rate(5 minutes)', '2026-11-22T08:46:06.500Z'],
  ['rate(2 hours)', '2026-11-22T10:41:06.500Z'],
  ['rate(1 day)', '2026-11-23T08:41:06.500Z'],
  ['at(2026-11-22T09:00:00)', '2026-11-22T09:00:00.000Z'],
  ['at(2026-11-22T08:00:00)', undefined],
  ['cron(* * * * ? *)', '2026-11-22T08:42:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-11-22T08:45:00.000Z'],
  ['cron(30 8,12 * * ? *)', '2026-11-22T12:30:00.000Z'],
  ['cron(0 9 ? * MON-FRI *)', '2026-11-23T09:00:00.000Z'],
  ['cron(0 0 ? * SUN *)', '2026-11-29T00:00:00.000Z'],
  ['cron(0 0 1 JAN ? *)', '2027-01-01T00:00:00.000Z'],
  ['cron(0 0 L * ? *)', undefined],
  ['often', undefined],
])('%s is next due at %s', (expression, due) => {
  const at = nextTime(expression, Date.parse(now));
  expect(at === undefined ? undefined : new Date(at).toISOString()).toBe(due);
});
