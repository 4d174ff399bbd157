import { z } from 'zod';
import type { Resource } from '../cloudformation/resource.ts';
import { evaluate, type Series } from './expression.ts';
import { type MetricStore, statisticNamed } from './metric-store.ts';

const dimensions = z
  .array(z.object({ Name: z.string(), Value: z.coerce.string() }))
  .default([])
  .transform((all) => Object.fromEntries(all.map(({ Name, Value }) => [Name, Value])));

const metric = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions });

const query = z.object({
  Id: z.string(),
  Expression: z.string().optional(),
  MetricStat: z.object({ Metric: metric, Period: z.coerce.number(), Stat: z.string() }).optional(),
  Period: z.coerce.number().optional(),
  ReturnData: z.boolean().default(true),
});

const alarmSchema = metric.partial().extend({
  AlarmDescription: z.string().default(''),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Period: z.coerce.number().default(60),
  Metrics: z.array(query).optional(),
  Threshold: z.coerce.number(),
  ComparisonOperator: z.enum([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  EvaluationPeriods: z.coerce.number(),
  DatapointsToAlarm: z.coerce.number().optional(),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']).default('missing'),
});

type Query = z.infer<typeof query>;

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** One `AWS::CloudWatch::Alarm`. */
export interface Alarm {
  readonly logicalId: string;
  readonly name: string;
  readonly description: string;
  readonly evaluate: (store: MetricStore, now: number, before: StateValue) => StateValue;
}

/** Besides those that it looks at, CloudWatch asks for some older datapoints, for those that are missing. It does not say how many. */
const OLDER = 2;

const isBad: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** @throws in a sentence, what of the alarm does not run here */
export function readAlarm({ logicalId, physicalId, properties }: Resource): Alarm {
  const parsed = alarmSchema.safeParse(properties);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const {
    EvaluationPeriods: periods,
    DatapointsToAlarm = periods,
    Threshold,
    ComparisonOperator,
  } = parsed.data;
  const { TreatMissingData: missing, AlarmDescription: description } = parsed.data;
  const queries = parsed.data.Metrics ?? [single(parsed.data)];
  const periodMs =
    1000 * Math.max(...queries.map(({ MetricStat, Period = 0 }) => MetricStat?.Period ?? Period));
  const breaches = (value: number) => isBad[ComparisonOperator]?.(value, Threshold) ?? false;
  const look = (store: MetricStore, now: number) =>
    resultOf(queries, store, { now, periodMs, length: periods + OLDER });
  for (const { MetricStat } of queries) if (MetricStat) statisticNamed(MetricStat.Stat);

  return {
    logicalId,
    name: physicalId,
    description,
    evaluate(store, now, before) {
      const there = look(store, now).filter((value) => value !== undefined);
      const isFull = there.length >= periods;
      const bad = there.slice(-periods).filter(breaches).length;
      const lacking = Math.max(0, periods - there.length);
      if (there.length === 0 && missing === 'missing') return 'INSUFFICIENT_DATA';
      if (!isFull && missing === 'ignore') return before;
      return bad + (missing === 'breaching' ? lacking : 0) >= DatapointsToAlarm ? 'ALARM' : 'OK';
    },
  };
}

const single = (data: z.infer<typeof alarmSchema>): Query => ({
  Id: 'metric',
  ReturnData: true,
  MetricStat: {
    Metric: {
      Namespace: data.Namespace ?? '',
      MetricName: data.MetricName ?? '',
      Dimensions: data.Dimensions ?? {},
    },
    Period: data.Period,
    Stat: data.ExtendedStatistic ?? data.Statistic ?? 'Average',
  },
});

/** What the alarm's own query came to in the last periods that have ended, newest last. */
function resultOf(
  queries: readonly Query[],
  store: MetricStore,
  { now, periodMs, length }: { now: number; periodMs: number; length: number },
): Series {
  const results = new Map<string, Series>();
  for (const { Id, MetricStat } of queries) {
    if (!MetricStat) continue;
    const { Metric: of, Stat } = MetricStat;
    const id = { namespace: of.Namespace, name: of.MetricName, dimensions: of.Dimensions };
    const at = (index: number) => now - (length - index) * periodMs;
    const valueAt = (index: number) => store.statistic(id, Stat, at(index), at(index + 1));
    results.set(
      Id,
      Array.from({ length }, (_, index) => valueAt(index)),
    );
  }
  for (const { Id, Expression } of queries) {
    if (Expression !== undefined) results.set(Id, evaluate(Expression, results, length));
  }
  return results.get(queries.find(({ ReturnData }) => ReturnData)?.Id ?? '') ?? [];
}
