/** What CloudWatch knows a metric by. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** How often each value came, in one minute: a million frames are one entry. */
type Values = Map<number, number>;

const MINUTE_MS = 60_000;
/** Alarms look back a day at most. */
const KEPT_MINUTES = 24 * 60;

/** The datapoints of all metrics, by the minute. */
export class MetricStore {
  readonly #metrics = new Map<string, Map<number, Values>>();

  /** @param at milliseconds since the epoch */
  put(id: MetricId, value: number, at: number, count = 1): void {
    const key = keyOf(id);
    const minutes = this.#metrics.get(key) ?? new Map<number, Values>();
    this.#metrics.set(key, minutes);
    const minute = Math.floor(at / MINUTE_MS);
    const values = minutes.get(minute) ?? new Map<number, number>();
    values.set(value, (values.get(value) ?? 0) + count);
    if (minutes.has(minute)) return;
    minutes.set(minute, values);
    for (const old of minutes.keys()) if (old < minute - KEPT_MINUTES) minutes.delete(old);
  }

  /**
   * A statistic of what came from `from` on and before `to`, milliseconds since the epoch in whole minutes; undefined if nothing came.
   *
   * @param statistic `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99`
   * @throws for any other
   */
  statistic(id: MetricId, statistic: string, from: number, to: number): number | undefined {
    const minutes = this.#metrics.get(keyOf(id));
    const values: Values = new Map();
    for (let minute = Math.floor(from / MINUTE_MS); minute < to / MINUTE_MS; minute++) {
      for (const [value, count] of minutes?.get(minute) ?? [])
        values.set(value, (values.get(value) ?? 0) + count);
    }
    const calculate = statisticNamed(statistic);
    return values.size === 0 ? undefined : calculate([...values].sort(([a], [b]) => a - b));
  }
}

const keyOf = ({ namespace, name, dimensions }: MetricId): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** Values in order, each with how often it came. */
type Sorted = readonly (readonly [value: number, count: number])[];

const countOf = (values: Sorted) => values.reduce((sum, [, count]) => sum + count, 0);
const sumOf = (values: Sorted) => values.reduce((sum, [value, count]) => sum + value * count, 0);

/** Throws for a statistic that is not known here. */
export function statisticNamed(name: string): (values: Sorted) => number {
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(name) ?? [];
  if (percent !== undefined) return (values) => percentile(values, Number(percent) / 100);
  switch (name) {
    case 'Sum':
      return sumOf;
    case 'SampleCount':
      return countOf;
    case 'Average':
      return (values) => sumOf(values) / countOf(values);
    case 'Minimum':
      return (values) => values[0]?.[0] ?? 0;
    case 'Maximum':
      return (values) => values.at(-1)?.[0] ?? 0;
    default:
      throw new Error(`the statistic ${name}`);
  }
}

/** The smallest value that so much of all is not larger than. */
function percentile(values: Sorted, fraction: number): number {
  const rank = Math.ceil(countOf(values) * fraction);
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= rank) return value;
  }
  return values.at(-1)?.[0] ?? 0;
}
