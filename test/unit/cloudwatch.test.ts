import { describe, expect, test } from 'vitest';
import { readAlarm, type StateValue } from '../../local/cloudwatch/alarm.ts';
import { embeddedMetrics } from '../../local/cloudwatch/embedded-metrics.ts';
import { evaluate, type Series } from '../../local/cloudwatch/expression.ts';
import { MetricStore } from '../../local/cloudwatch/metric-store.ts';

const _ = undefined;
const MINUTE = 60_000;

describe('metric math', () => {
  const series = new Map<string, Series>([
    ['m1', [1, 2, _, 4]],
    ['m2', [10, _, _, 40]],
    ['m3', [0, 2, 0, 1]],
  ]);

  test.for<[string, Series]>([
    ['m1 + m2', [11, _, _, 44]],
    ['2 * m1 - 1', [1, 3, _, 7]],
    ['-m3 + (1 + 1) * 2', [4, 2, 4, 3]],
    ['10 - 2 - 3', [5, 5, 5, 5]],
    ['SUM([m1, m2])', [11, 2, _, 44]],
    ['SUM([m1, 0 * m3])', [1, 2, 0, 4]],
    ['MAX([m1, m2]) / 10', [1, 0.2, _, 4]],
    ['MIN([m1, m3])', [0, 2, 0, 1]],
    ['AVG([m1, m2])', [5.5, 2, _, 22]],
    ['SUM(m1)', [7, 7, 7, 7]],
    ['FILL(m2, 0) + m3', [10, 2, 0, 41]],
    ['m1 / m3', [_, 1, _, 4]],
    ['IF(m3 >= 1, 100 * m1, 0)', [0, 200, 0, 400]],
    ['IF(m1 > 1, 1, 0)', [0, 1, _, 1]],
    ['m3 == 0', [1, 0, 1, 0]],
  ])('%s', ([expression, expected]) => {
    expect(evaluate(expression, series, 4)).toEqual(expected);
  });

  test.for(['SUM([m1, m2', 'RATE(m1)', 'm9 + 1', 'm1 & m2', 'm1 m2', '[m1, m2]'])(
    '%s does not run',
    (expression) => {
      expect(() => evaluate(expression, series, 4)).toThrow();
    },
  );
});

describe('statistics', () => {
  const id = { namespace: 'n', name: 'm', dimensions: { b: '2', a: '1' } };
  const store = new MetricStore();
  for (let value = 1; value <= 200; value += 1) store.put(id, value, 5 * MINUTE + 1);
  store.put({ ...id, dimensions: { a: '1', b: '2' } }, 1_000, 6 * MINUTE);

  test.for<[string, number]>([
    ['Sum', 20_100],
    ['Average', 100.5],
    ['Minimum', 1],
    ['Maximum', 200],
    ['SampleCount', 200],
    ['p50', 100],
    ['p99', 198],
    ['p99.9', 200],
  ])('%s', ([statistic, expected]) => {
    expect(store.statistic(id, statistic, 5 * MINUTE, 6 * MINUTE)).toBe(expected);
  });

  test('of several minutes, of none, and one that is not known', () => {
    expect(store.statistic(id, 'Maximum', 5 * MINUTE, 7 * MINUTE)).toBe(1_000);
    expect(store.statistic(id, 'Sum', 0, 5 * MINUTE)).toBeUndefined();
    expect(() => store.statistic(id, 'tm90', 0, MINUTE)).toThrow('the statistic tm90');
  });
});

test('metrics are found in what functions print, and nothing else is', () => {
  const line = {
    _aws: {
      Timestamp: 7,
      CloudWatchMetrics: [
        {
          Namespace: 'Chat',
          Dimensions: [['service']],
          Metrics: [{ Name: 'Messages', Unit: 'Count' }, { Name: 'Lag' }],
        },
      ],
    },
    service: 'stack',
    Messages: 3,
    Lag: [1, 2],
  };
  const dimensions = { service: 'stack' };
  const expected = [
    { id: { namespace: 'Chat', name: 'Messages', dimensions }, values: [3], at: 7 },
    { id: { namespace: 'Chat', name: 'Lag', dimensions }, values: [1, 2], at: 7 },
  ];
  expect(embeddedMetrics(`hello\n${JSON.stringify(line)}\n{"level":"INFO"}`)).toEqual(expected);
  expect(embeddedMetrics('{"CloudWatchMetrics": 1}')).toEqual([]);
  expect(embeddedMetrics('{"CloudWatchMetrics":')).toEqual([]);
});

/**
 * The examples of AWS's documentation, with 3 of 3 datapoints and a range of five; `-` is missing, `X` is bad.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
describe('an alarm', () => {
  const before = 'ALARM';
  const look = (points: string, more: object): StateValue => {
    const store = new MetricStore();
    const id = { namespace: 'n', name: 'm', dimensions: {} };
    for (const [minute, point] of [...points.replaceAll(' ', '')].entries()) {
      if (point !== '-') store.put(id, point === 'X' ? 5 : 0, minute * MINUTE);
    }
    const properties = {
      ...{
        Namespace: 'n',
        MetricName: 'm',
        Statistic: 'Sum',
        Period: 60,
        Threshold: 5,
        EvaluationPeriods: 3,
      },
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      ...more,
    };
    const resource = {
      stack: 's',
      logicalId: 'a',
      type: 'AWS::CloudWatch::Alarm',
      physicalId: 'a',
      properties,
    };
    const account = { accountId: '000000000000', region: 'us-east-1' };
    return readAlarm({ ...resource, account }).evaluate(store, 5 * MINUTE, before);
  };

  test.for<[string, string, StateValue]>([
    ['0 - X - X', 'notBreaching', 'OK'],
    ['0 X X - X', 'notBreaching', 'ALARM'],
    ['- - - - 0', 'breaching', 'OK'],
    ['- - - - -', 'missing', 'INSUFFICIENT_DATA'],
    ['- - - - -', 'ignore', before],
    ['- - - - -', 'breaching', 'ALARM'],
    ['- - - - -', 'notBreaching', 'OK'],
    ['- - X - -', 'breaching', 'ALARM'],
    ['- - X - -', 'notBreaching', 'OK'],
    ['X X X 0 X', 'notBreaching', 'OK'],
  ])('%s with missing data that is %s is %s', ([points, TreatMissingData, expected]) => {
    expect(look(points, { TreatMissingData })).toBe(expected);
  });

  test.for<[string, StateValue]>([
    ['0 0 X 0 X', 'ALARM'],
    ['X X 0 0 X', 'OK'],
    ['0 X - - X', 'ALARM'],
  ])('%s with 2 of 3 datapoints is %s', ([points, expected]) => {
    expect(look(points, { TreatMissingData: 'notBreaching', DatapointsToAlarm: 2 })).toBe(expected);
  });

  test('says which of it does not run', () => {
    expect(() => look('0', { Statistic: undefined, ExtendedStatistic: 'tm90' })).toThrow(
      'the statistic tm90',
    );
    expect(() => look('0', { ComparisonOperator: 'LessThanLowerThreshold' })).toThrow('ComparisonOperator');
  });
});
