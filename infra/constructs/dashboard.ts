import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';
import { type ChatMetrics, math, sumOf } from './chat-metrics.ts';
import { spending } from './spending.ts';

export interface ChatDashboardProps {
  settings: Settings;
  metrics: ChatMetrics;
  alarms: readonly Alarm[];
}

const graph = (title: string, left: readonly IMetric[], more: Partial<GraphWidgetProps> = {}) =>
  new GraphWidget({ title, left: [...left], width: 8, height: 6, ...more });

/** One page for whoever looks after an event: is it well, is it fast, what of the quota is used, what does it cost. */
export function chatDashboard(scope: Construct, id: string, props: ChatDashboardProps): Dashboard {
  const { settings, metrics, alarms } = props;
  const own = metrics.own.bind(metrics);
  const all = (metricName: string, statistic = 'Sum') =>
    metrics.ofFunctions(metrics.functions.keys(), metricName, statistic);
  const percent = { leftYAxis: { min: 0, max: 100, label: '%', showUnits: false } };
  const day = Duration.days(1);
  const dashboard = new Dashboard(scope, id, { defaultInterval: Duration.hours(3) });
  dashboard.addWidgets(
    ...(alarms.length > 0
      ? [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 16, height: 4 })]
      : []),
    new SingleValueWidget({
      title: 'Spent today (UTC), US dollars',
      metrics: [spending(metrics, { period: day, label: 'US dollars', isWhole: true })],
      width: 8,
      height: 4,
    }),
  );
  dashboard.addWidgets(
    graph('Audiences', [
      own('Audience', 'Maximum', 'largest'),
      own('Audience', 'p50', 'of half of the windows, at most'),
    ]),
    graph('Messages', [own('Messages'), own('Reactions')], { right: [own('Deliveries')] }),
    graph('Delivery lag', [own('DeliveryLag', 'p50', 'p50'), own('DeliveryLag', 'p99', 'p99')]),
  );
  dashboard.addWidgets(
    graph('Frames', [own('FramesPosted'), own('Heartbeats')], { right: [own('Windows')] }),
    graph(
      'Share of framesPerSecond that is used',
      [
        math(
          ([frames, pings]) => `100 * SUM([${frames}, ${pings}]) / ${60 * settings.framesPerSecond}`,
          [own('FramesPosted'), own('Heartbeats')],
          { label: '%' },
        ),
      ],
      percent,
    ),
    graph('Refused to people', [
      own('RoomGuard', 'Sum', 'messages, by the room guard'),
      own('ConnectionsRefused', 'Sum', 'connections, by $connect'),
      metrics.ofApi('webSocket', 'ClientError'),
    ]),
  );
  dashboard.addWidgets(
    graph('Connections', [own('ConnectionsOpened'), own('Joins'), own('Recoveries')], {
      right: [own('ConnectionsGone'), own('ConnectionsDropped')],
    }),
    graph('Errors', [
      own('Errors', 'Sum', 'logged'),
      sumOf(all('Errors'), { label: 'functions' }),
      metrics.ofApi('webSocket', 'ExecutionError'),
      metrics.ofApi('webSocket', 'IntegrationError'),
      metrics.ofApi('http', '5xx'),
      own('FoundBySweep'),
    ]),
    graph('Throttles', [
      ...all('Throttles'),
      own('ConnectionsThrottled', 'Sum', 'posts, by the management API'),
    ]),
  );
  dashboard.addWidgets(
    graph('Lambda: concurrent executions', all('ConcurrentExecutions', 'Maximum')),
    graph('Lambda: duration, p99', all('Duration', 'p99'), {
      right: metrics.ofFunctions(['stream/deliver'], 'IteratorAge', 'Maximum'),
    }),
    graph(
      'DynamoDB',
      [
        metrics.ofTable('ConsumedReadCapacityUnits'),
        metrics.ofTable('ConsumedWriteCapacityUnits'),
        metrics.ofTable('ConsumedWriteCapacityUnits', { ofIndex: true }),
      ],
      { right: [metrics.ofTable('ReadThrottleEvents'), metrics.ofTable('WriteThrottleEvents')] },
    ),
  );
  return dashboard;
}
