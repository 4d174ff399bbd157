const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const names: Readonly<Record<string, number>> = {
  ...{ SUN: 1, MON: 2, TUE: 3, WED: 4, THU: 5, FRI: 6, SAT: 7 },
  ...{ JAN: 1, FEB: 2, MAR: 3, APR: 4, MAY: 5, JUN: 6, JUL: 7, AUG: 8, SEP: 9, OCT: 10, NOV: 11, DEC: 12 },
};

/**
 * When a schedule fires next after `now`, milliseconds since the epoch; undefined for never, or for an expression that is
 * not understood (`L`, `W` and `#` of cron).
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function nextTime(expression: string, now: number): number | undefined {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') {
    const [, count, unit = ''] = /^(\d+)\s+(minute|hour|day)s?$/.exec(argument.trim()) ?? [];
    const ms = unitMs[unit];
    return ms ? now + Number(count) * ms : undefined;
  }
  if (kind === 'at') {
    const at = Date.parse(`${argument}Z`);
    return at > now ? at : undefined;
  }
  return kind === 'cron' ? nextCron(argument, now) : undefined;
}

/** Looks at every minute of the coming year. */
function nextCron(expression: string, now: number): number | undefined {
  const [minutes, hours, daysOfMonth, months, daysOfWeek, years] = expression.trim().split(/\s+/).map(field);
  if (!minutes || !hours || !daysOfMonth || !months || !daysOfWeek || !years) return undefined;
  const { minute = 0, day = 0 } = unitMs;
  for (let at = Math.floor(now / minute + 1) * minute; at < now + 366 * day; at += minute) {
    const date = new Date(at);
    const matches =
      minutes(date.getUTCMinutes()) &&
      hours(date.getUTCHours()) &&
      daysOfMonth(date.getUTCDate()) &&
      months(date.getUTCMonth() + 1) &&
      daysOfWeek(date.getUTCDay() + 1) &&
      years(date.getUTCFullYear());
    if (matches) return at;
  }
  return undefined;
}

/** `*`, `?`, `5`, `1-5`, `0/15`, `MON-FRI` and lists of these. */
function field(text: string): (value: number) => boolean {
  const parts = text.split(',').map((part) => {
    const [, from = '', to, step] = /^(\*|\?|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const any = from === '*' || from === '?';
    const first = any ? 0 : number(from);
    const last = to ? number(to) : any || step ? Number.POSITIVE_INFINITY : first;
    return (value: number) => value >= first && value <= last && (value - first) % Number(step ?? 1) === 0;
  });
  return (value) => parts.some((matches) => matches(value));
}

const number = (text: string) => names[text.toUpperCase()] ?? Number.parseInt(text, 10);
