import { readFileSync } from 'node:fs';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../infra/context-settings.ts';
import { metricUnits } from '../../shared/metrics.ts';
import { alarmIdOf } from '../support/alarms.ts';
import { findingsWith, stacksOf } from '../support/synthesize.ts';

const bus = { 'events.busArn': 'arn:aws:events:eu-west-1:123456789012:event-bus/chat' };
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
const tellsSomebody = { alarmEmail: 'ops@example.com', alarmTopicArn: topicArn };

function templateOf(settings: Record<string, unknown>): Template {
  const chat = stacksOf(settings).find(({ node }) => node.id.endsWith('Chat'));
  if (!chat) throw new Error('There is no stack of the chat');
  return Template.fromStack(chat);
}

interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: unknown }[];
}
interface Query {
  MetricStat?: { Metric: Metric };
}

const alarmsIn = (template: Template) =>
  Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => ({
    id: alarmIdOf(id),
    ...(Properties as {
      AlarmDescription: string;
      Metrics?: Query[];
      AlarmActions: unknown[];
      OKActions: unknown[];
    }),
  }));

const docs = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const section = (heading: string) => docs.split(new RegExp(`^#+ ${heading}$`, 'm'))[1] ?? '';

describe('alarms', () => {
  const all = alarmsIn(templateOf(bus));

  test('each has its entry in the runbook, which its description names, and each entry has its alarm', () => {
    const [entries = ''] = section('Alarms').split(/^## /m);
    const headings = [...entries.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading);
    expect(headings.sort()).toEqual(all.map(({ id }) => id).sort());
    for (const { id, AlarmDescription } of all) {
      expect(AlarmDescription).toMatch(new RegExp(`docs/operations\\.md#${id.toLowerCase()}$`));
    }
  });

  test('every entry says what it means, what to look at and what to do', () => {
    const [entries = ''] = section('Alarms').split(/^## /m);
    for (const entry of entries.split(/^### /m).slice(1)) {
      expect(entry.match(/^\*\*(Means|Look at|Do):\*\*/gm)).toEqual([
        '**Means:**',
        '**Look at:**',
        '**Do:**',
      ]);
    }
  });

  test('none adds up more than ten metrics', () => {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html
    const counts = all.map(({ Metrics = [] }) => Metrics.filter(({ MetricStat }) => MetricStat).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
  });

  test('what they look at of our own has one dimension', () => {
    const own = all
      .flatMap(({ Metrics = [] }) => Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []))
      .filter(({ Namespace }) => Namespace === 'LiveEventChat');
    expect(own.length).toBeGreaterThan(4);
    for (const { MetricName, Dimensions } of own) {
      expect(Object.keys(metricUnits)).toContain(MetricName);
      expect(Dimensions).toEqual([{ Name: 'service', Value: 'LiveEventChatChat' }]);
    }
  });

  test('Spending adds up what can be added: minutes and transfer, too', () => {
    const [spending] = all.filter(({ id }) => id === 'Spending');
    const names = spending?.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []);
    expect(names).toEqual(expect.arrayContaining(['MessageCount', 'ConnectionMinutes', 'BytesPosted']));
  });

  test('without a bus nothing is published that could be lost', () => {
    expect(alarmsIn(templateOf({})).map(({ id }) => id)).not.toContain('PublicationDeadLetters');
  });
});

describe('whom alarms tell', () => {
  test('nobody, unless the settings say', () => {
    const template = templateOf({});
    template.resourceCountIs('AWS::SNS::Topic', 0);
    for (const { AlarmActions } of alarmsIn(template)) expect(AlarmActions).toBeUndefined();
  });

  test('a topic of the operator’s, also when it is over', () => {
    const template = templateOf({ alarmTopicArn: topicArn });
    template.resourceCountIs('AWS::SNS::Topic', 0);
    for (const { AlarmActions, OKActions } of alarmsIn(template)) {
      expect([AlarmActions, OKActions]).toEqual([[topicArn], [topicArn]]);
    }
  });

  test('an address, by an encrypted topic that CloudWatch may publish to', () => {
    const template = templateOf(tellsSomebody);
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          }),
        ]),
      },
    });
    for (const { AlarmActions } of alarmsIn(template)) expect(AlarmActions).toHaveLength(2);
  });
});

describe('the dashboard', () => {
  test('shows what an operator asks first', () => {
    const [dashboard] = Object.values(templateOf({}).findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(dashboard);
    for (const title of [
      'Audiences',
      'Messages',
      'Delivery lag',
      'Share of framesPerSecond',
      'Spent today',
      'DynamoDB',
    ])
      expect(body).toContain(title);
    for (const metric of ['RoomGuard', 'Throttles', 'Errors', 'ConcurrentExecutions', 'FramesPosted'])
      expect(body).toContain(metric);
  });

  test('has in what is spent: messages, minutes, transfer, requests, capacity, every function and every log', () => {
    const template = templateOf({});
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body: string = dashboard?.Properties.DashboardBody['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : '-'))
      .join('');
    const { widgets } = JSON.parse(body) as {
      widgets: { properties: { title: string; metrics: unknown[][] } }[];
    };
    const [spent] = widgets.filter(({ properties }) => properties.title.startsWith('Spent today'));
    const [whole = [], ...metrics] = spent?.properties.metrics ?? [];
    const [{ expression }] = whole as [{ expression: string }];
    const count = (name: string) => metrics.filter((metric) => metric.includes(name)).length;
    const functions = Object.keys(template.findResources('AWS::Lambda::Function')).length;
    const logGroups = Object.keys(template.findResources('AWS::Logs::LogGroup')).length;
    expect([count('Duration'), count('Invocations')]).toEqual([functions, functions]);
    expect(count('IncomingBytes')).toBe(logGroups);
    for (const name of [
      'MessageCount',
      'ConnectionMinutes',
      'BytesPosted',
      'Count',
      'ConsumedReadCapacityUnits',
    ])
      expect(count(name)).toBe(1);
    // What CloudWatch takes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
    expect(expression.length).toBeLessThanOrEqual(2_048);
    const ids = expression.match(/\bm\d+\b/g) ?? [];
    expect(new Set(ids).size).toBe(metrics.length);
  });

  test('can be left out', () => {
    templateOf({ dashboard: 'false' }).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });
});

test('docs/operations.md has every metric of the functions, and no other', () => {
  const rows = [
    ...(section('Metrics')
      .split(/^#/m)[0]
      ?.matchAll(/^\| (`.*?) \|/gm) ?? []),
  ];
  const named = rows.flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(Object.keys(metricUnits).sort());
});

test('debug lines reach the logs only where some are wanted', () => {
  const level = (settings: Record<string, unknown>) =>
    Object.values(templateOf(settings).findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.LoggingConfig.ApplicationLogLevel,
    );
  expect(new Set(level({}))).toEqual(new Set(['INFO']));
  expect(new Set(level({ debugSampleRate: '0.01' }))).toEqual(new Set(['DEBUG']));
});

test.for([
  [{ alarmEmail: 'ops' }, /alarmEmail: must be an e-mail address/],
  [{ alarmTopicArn: 'alarms' }, /alarmTopicArn: must be an ARN such as arn:aws:sns:/],
  [{ alarmLagSeconds: '0' }, /alarmLagSeconds: /],
  [{ spendPerHourMax: 'much' }, /spendPerHourMax: must be a number/],
  [{ debugSampleRate: '2' }, /debugSampleRate: /],
  [{ dashboard: 'maybe' }, /dashboard: must be true or false/],
] as const)('%j is refused in a sentence', ([settings, sentence]) => {
  expect(() => readSettings(settings)).toThrow(SettingsError);
  expect(() => readSettings(settings)).toThrow(sentence);
});

test('cdk-nag and the CDK’s own validation find nothing', { timeout: 120_000 }, () => {
  expect(findingsWith({ ...tellsSomebody, ...bus })).toEqual([]);
});
