import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { timing } from '../../shared/timing.ts';
import type { Settings } from '../context-settings.ts';
import { ANSWERING, ROUTES, THROTTLED_FIRST, UNATTENDED } from './alarmed-functions.ts';
import { type ChatMetrics, MINUTE, math, sumOf } from './chat-metrics.ts';
import { spending } from './spending.ts';

interface Rule {
  /** What has happened, for somebody who is woken by it. */
  what: string;
  metric: IMetric;
  /** It rings from this on. */
  from: number;
  /** In so many of so many periods. */
  datapoints: readonly [bad: number, of: number];
}

export interface AlarmsProps {
  settings: Settings;
  metrics: ChatMetrics;
  topics: readonly IAlarmAction[];
  deadLetters: Queue;
  publicationDeadLetters?: Queue | undefined;
}

/** What an operator is rung for. The id of each alarm is a heading of docs/operations.md, which says what to do. */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  readonly #topics: readonly IAlarmAction[];

  constructor(scope: Construct, id: string, { settings, metrics, topics, ...queues }: AlarmsProps) {
    super(scope, id);
    this.#topics = topics;
    const { alarmLagSeconds, spendPerHourMax } = settings;

    this.#add('Errors', {
      what: 'Functions log errors, or are killed or time out.',
      metric: sumOf([metrics.own('Errors'), ...metrics.ofFunctions(UNATTENDED, 'Errors')]),
      from: 1,
      // One that dies is replaced, and its work is done again; what lasts is for people.
      datapoints: [3, 5],
    });
    this.#add('Throttles', {
      what: 'Lambda refuses invocations: the account or a function has no concurrency left.',
      metric: sumOf(metrics.ofFunctions(THROTTLED_FIRST, 'Throttles')),
      from: 1,
      // A burst at the door of an event is over within a minute.
      datapoints: [2, 3],
    });
    this.#add('SlowFunctions', {
      what: 'Functions take more than 80 % of their time: some requests will time out.',
      metric: math(
        (ids) => `100 * MAX([${ids}]) / ${timing.requestTimeoutMs}`,
        metrics.ofFunctions(ANSWERING, 'Duration', 'p99'),
        { label: '% of the timeout' },
      ),
      from: 80,
      // With few requests p99 is the slowest, and one may be a cold start.
      datapoints: [3, 5],
    });
    const age = metrics.ofFunction('stream/deliver', 'IteratorAge', 'Maximum');
    if (age) {
      this.#add('StreamBehind', {
        what: 'The stream of the table is delivered late.',
        metric: age,
        // The windows of a batch may take a minute, and what comes meanwhile waits for them.
        from: Duration.minutes(2).toMilliseconds(),
        datapoints: [2, 3],
      });
    }
    this.#add('FoundBySweep', {
      what: 'Events waited for delivery until the sweep found them: the stream has missed them.',
      metric: metrics.own('FoundBySweep'),
      from: 1,
      // The sweep runs once a minute. One find may be two accidents that met.
      datapoints: [2, 5],
    });
    this.#add('DeliveryLag', {
      what: `Messages take ${alarmLagSeconds} seconds and more to reach everybody.`,
      metric: metrics.own('DeliveryLag', 'p99'),
      from: alarmLagSeconds * 1000,
      datapoints: [3, 5],
    });
    this.#add('WebSocketErrors', {
      what: 'The WebSocket API answers clients with errors of its own: functions behind it fail.',
      // Not `IntegrationError`: it seems to count those whom `$connect` refuses.
      metric: sumOf([metrics.ofApi('webSocket', 'ExecutionError'), ...metrics.ofFunctions(ROUTES, 'Errors')]),
      // Single ones are clients that went away, or an environment that died.
      from: 5,
      datapoints: [2, 3],
    });
    this.#add('HttpErrors', {
      what: 'The HTTP API answers with 5xx.',
      metric: metrics.ofApi('http', '5xx'),
      from: 5,
      datapoints: [2, 3],
    });
    const sweeps = metrics.ofFunction('schedule/sweep', 'Invocations');
    this.#add('TableThrottled', {
      what: 'DynamoDB refuses requests: the table cannot follow, or one partition is too hot.',
      // An alarm on metrics of DynamoDB keeps its state while there are no datapoints, and there are none once nothing is
      // throttled. The sweep runs every minute.
      metric: math(
        ([reads, writes, ofIndex, always]) =>
          `SUM([${reads}, ${writes}, ${ofIndex}${always ? `, 0 * ${always}` : ''}])`,
        [
          metrics.ofTable('ReadThrottleEvents'),
          metrics.ofTable('WriteThrottleEvents'),
          metrics.ofTable('WriteThrottleEvents', { ofIndex: true }),
          ...(sweeps ? [sweeps] : []),
        ],
      ),
      // Functions try again; nobody notices fewer.
      from: 10,
      datapoints: [2, 3],
    });
    this.#add('ConnectionsRefused', {
      what: 'A fifth and more of those who connect are refused.',
      metric: math(
        ([opened, refused, early]) =>
          // Of few who come, one with an old token is many.
          `IF(SUM([${refused}, ${early}]) >= 20, 100 * SUM([${refused}, ${early}]) / SUM([${opened}, ${refused}, ${early}]), 0)`,
        [
          metrics.own('ConnectionsOpened'),
          metrics.own('ConnectionsRefused'),
          // Throttled before any function runs.
          metrics.ofApi('webSocket', 'ClientError'),
        ],
        { label: '% refused', period: Duration.minutes(5) },
      ),
      from: 20,
      datapoints: [1, 1],
    });
    this.#add('Spending', {
      what: `The chat spends more than ${spendPerHourMax} US dollars an hour.`,
      // Five minutes, as if the whole hour were like them: to know it after an hour is late.
      metric: spending(metrics, { period: Duration.minutes(5), times: 12, label: 'US dollars an hour' }),
      from: spendPerHourMax,
      datapoints: [3, 3],
    });
    this.#addForQueue(
      'DeadLetters',
      queues.deadLetters,
      'Stream records were given up after an hour of retries.',
    );
    if (queues.publicationDeadLetters) {
      this.#addForQueue(
        'PublicationDeadLetters',
        queues.publicationDeadLetters,
        'The event bus has not taken some events within twelve hours.',
      );
    }
  }

  /** Rings until somebody has looked at the messages and removed them. */
  #addForQueue(id: string, queue: Queue, what: string): void {
    const metric = queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE });
    this.#add(id, { what, metric, from: 1, datapoints: [1, 1] });
  }

  #add(id: string, { what, metric, from, datapoints: [bad, of] }: Rule): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: `${what} What to do: docs/operations.md#${id.toLowerCase()}`,
      metric,
      threshold: from,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: of,
      datapointsToAlarm: bad,
      // Where nothing happens there is nothing to count: a chat without an event has no datapoints for days.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...this.#topics);
    alarm.addOkAction(...this.#topics);
    this.all.push(alarm);
  }
}
