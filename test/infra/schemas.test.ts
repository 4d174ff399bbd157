import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CloudFormationValidatePlugin, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { chatApp } from '../../infra/app.ts';
import { BUILT } from '../../infra/built.ts';
import { LiveEventChat } from '../../infra/index.ts';
import { built } from '../support/synthesize.ts';

/**
 * Every template of every kind of deployment against the schemas of CloudFormation's resource types, which come with AWS's validator
 * (https://www.npmjs.com/package/@aws/cloudformation-validate): names, types, ranges and patterns of all properties.
 */

const folder = mkdtempSync(join(tmpdir(), 'chat-schemas-'));
const validator = new CloudFormationValidatePlugin();
const us = { account: '123456789012', region: 'us-east-1' };
const issuer = { 'auth.issuer': 'https://id.example.com/', 'auth.audience': 'chat' };
const hooks = {
  'events.busArn': 'arn:aws:events:us-east-1:123456789012:event-bus/chat',
  'events.messages': true,
  'review.function': 'arn:aws:lambda:us-east-1:123456789012:function:review',
};
const alarms = {
  alarmEmail: 'ops@example.com',
  alarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
};
const domain = {
  domainName: 'chat.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc',
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
  webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/chat/abc',
};
const concurrency = Object.fromEntries(
  ['deliver', 'post', 'open', 'sweep', 'heartbeat'].map((name) => [`concurrency.${name}`, 5]),
);
const existing = {
  tableName: 'restored',
  tableStreamArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/restored/stream/2026-01-01T00:00:00.000',
};
const without = { edge: false, dashboard: false, accessLogs: false };

interface Templates {
  stackTemplates: { templatePath: string }[];
}

/** The validator's complaints, with the place of each. */
function complaintsAbout(paths: readonly string[]): string[] {
  const context: Templates = { stackTemplates: paths.map((templatePath) => ({ templatePath })) };
  const { violations } = validator.validate(context as Parameters<typeof validator.validate>[0]);
  return violations.flatMap(({ ruleName, description, violatingResources }) =>
    violatingResources.map(
      ({ resourceLogicalId, locations }) => `${ruleName} ${resourceLogicalId} ${locations}: ${description}`,
    ),
  );
}

const pathsOf = (app: App) => app.synth().stacks.map(({ templateFullPath }) => templateFullPath);
let deployments = 0;
function pathsWith(settings: Record<string, unknown>): string[] {
  deployments += 1;
  const outdir = join(folder, String(deployments));
  return pathsOf(chatApp({ context: { ...cdk.context, ...settings }, outdir, built }));
}

test.for([
  ['dev', { config: 'dev' }, 3],
  ['stage', { config: 'stage', ...us }, 3],
  [
    'prod, with all that can be set',
    { config: 'prod', ...us, ...issuer, ...hooks, ...alarms, ...domain, ...concurrency },
    3,
  ],
  ['a new account', { createApiGatewayAccountRole: true, debugSampleRate: 0.01 }, 3],
  ['as little as possible, on a table that is there', { ...without, ...existing }, 1],
] as const)('%s', { timeout: 120_000 }, ([, settings, stacks]) => {
  const paths = pathsWith(settings);
  expect(paths).toHaveLength(stacks);
  expect(complaintsAbout(paths)).toEqual([]);
});

test('the construct in somebody’s stack', { timeout: 120_000 }, () => {
  const app = new App({ outdir: join(folder, 'construct'), context: { [BUILT]: built } });
  new LiveEventChat(new Stack(app, 'Theirs'), 'Chat', { ...issuer, ...alarms, ...concurrency });
  expect(complaintsAbout(pathsOf(app))).toEqual([]);
});

test('what does not fit a schema is found: unknown names, wrong types, values and resources', () => {
  const path = join(folder, 'wrong.json');
  const function_ = { Code: { ZipFile: 'x' }, Role: 'arn:aws:iam::123456789012:role/x', MemorySize: 1 };
  const Resources = {
    Name: { Type: 'AWS::SQS::Queue', Properties: { Visibility: 1 } },
    Type: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 'long' } },
    Range: { Type: 'AWS::Lambda::Function', Properties: function_ },
    Value: {
      Type: 'AWS::Lambda::Function',
      Properties: { ...function_, MemorySize: 128, TracingConfig: { Mode: 'Often' } },
    },
    Missing: { Type: 'AWS::CloudWatch::Alarm', Properties: { EvaluationPeriods: 1 } },
    Resource: { Type: 'AWS::SQS::Qeue' },
  };
  writeFileSync(path, JSON.stringify({ Resources }));
  const found = complaintsAbout([path]).map((complaint) => complaint.split(' ')[1]);
  expect([...new Set(found)].sort()).toEqual(Object.keys(Resources).sort());
});
