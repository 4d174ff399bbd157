import { App, type AppProps, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { BUILT, entries } from '../../infra/built.ts';
import { LiveEventChat, type LiveEventChatProps, SettingsError } from '../../infra/index.ts';
import { built, findingsOf, newOutdir } from '../support/synthesize.ts';

/** The construct in a stack of somebody else: with none of our context but what the package brings along, and no account or region. */
const theirApp = (props: AppProps = {}) =>
  new App({
    outdir: newOutdir(),
    context: { [BUILT]: built, [DISABLE_ASSET_STAGING_CONTEXT]: true },
    ...props,
  });

function stackWith(props: Record<string, LiveEventChatProps>) {
  const stack = new Stack(theirApp(), 'Theirs');
  const chats = Object.entries(props).map(([id, chat]) => new LiveEventChat(stack, id, chat));
  let template: Template | undefined;
  const templateOf = () => {
    template ??= Template.fromStack(stack);
    return template;
  };
  return { stack, chats, templateOf };
}
function chatWith(props: LiveEventChatProps = {}) {
  const { stack, chats, templateOf } = stackWith({ Chat: props });
  return { stack, chat: chats[0] as LiveEventChat, templateOf };
}
const invoke = (template: Template) =>
  Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => Action === 'execute-api:Invoke')
    .flatMap(({ Resource }) => JSON.stringify(Resource).match(/\/(?:GET|POST|PUT|PATCH|DELETE)\/[^"]*/g));
const aRole = (stack: Stack) =>
  new Role(stack, 'Backend', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
const aFunction = (stack: Stack) =>
  new LambdaFunction(stack, 'Reviewer', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ allow: true });'),
  });
const settingsIn = (template: Template) =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment?.Variables.SETTINGS)
    .filter((settings) => settings !== undefined);

describe('one chat', () => {
  test('has its table, both APIs, the functions and the edge as properties', () => {
    const { stack, chat, templateOf } = chatWith();
    expect(Object.keys(chat.functions).sort()).toEqual(
      entries.filter((entry) => entry !== 'stream/publish').sort(),
    );
    const resolved = (value: unknown) => JSON.stringify(stack.resolve(value));
    expect(resolved(chat.webSocketUrl)).toMatch(/wss:.*prod/);
    expect(resolved(chat.eventsUrl)).toContain('/api/events');
    expect(resolved(chat.edge?.pageUrl)).toMatch(/https:.*DomainName/);
    expect(chat.stage.stageName).toBe('prod');
    const template = templateOf();
    for (const type of ['DynamoDB::GlobalTable', 'CloudFront::Distribution'])
      template.resourceCountIs(`AWS::${type}`, 1);
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' });
    expect(resolved(chat.table.tableArn)).toContain('ChatTable');
    expect([chat.webSocketApi, chat.httpApi].map(({ apiId }) => resolved(apiId)).join()).toMatch(
      /ChatWebSocketApi.*ChatHttpApi/,
    );
  });

  test('takes every setting by its name, and refuses what is none', () => {
    const { templateOf } = chatWith({ edge: false, sendsPerSecond: 7, 'concurrency.post': 20 });
    templateOf().hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 20 });
    for (const settings of settingsIn(templateOf()))
      expect(JSON.parse(settings)).toMatchObject({ sendsPerSecond: 7 });
    expect(() => chatWith({ sendsPerSecond: 0 })).toThrow(/Invalid settings:\n {2}sendsPerSecond: /);
    expect(() => chatWith({ sendPerSecond: 7 } as object)).toThrow(/sendPerSecond: no such setting/);
  });

  test('takes what is known at deployment only: an issuer, a certificate, a bus', () => {
    const stack = new Stack(theirApp(), 'Theirs', { env: { region: 'us-east-1' } });
    const users = new UserPool(stack, 'Users');
    const certificate = new Certificate(stack, 'Certificate', { domainName: 'chat.example.com' });
    new LiveEventChat(stack, 'Chat', {
      domainName: 'chat.example.com',
      certificateArn: certificate.certificateArn,
      'auth.issuer': users.userPoolProviderUrl,
      'auth.audience': users.addClient('Chat').userPoolClientId,
      'events.busArn': new EventBus(stack, 'Bus').eventBusArn,
    });
    const template = Template.fromStack(stack);
    expect(JSON.stringify(settingsIn(template)[0])).toMatch(/Fn::GetAtt.*Users.*ProviderURL/);
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { Aliases: ['chat.example.com'] },
    });
    // Where the page may get tokens: the origin of the issuer alone.
    const [policy] = Object.values(template.findResources('AWS::CloudFront::ResponseHeadersPolicy')).filter(
      ({ Properties }) => JSON.stringify(Properties).includes('connect-src'),
    );
    expect(JSON.stringify(policy)).toMatch(/connect-src.*Fn::Select.*Fn::Split.*ProviderURL/);
  });

  test('cdk-nag and the CDK’s own validation find nothing', { timeout: 120_000 }, () => {
    const app = theirApp({ builtinCloudFormationValidation: true });
    new LiveEventChat(new Stack(app, 'Theirs'), 'Chat');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(findingsOf(app)).toEqual([]);
  });
});

test('several chats fit into one stack: none shares a name with another', () => {
  const { templateOf } = stackWith({ One: {}, Two: {} });
  const template = templateOf().toJSON();
  // Names that are chosen must be unique in the account; all others are made up by CloudFormation.
  const nameOf = ({ Type, Properties: p = {} }: { Type: string; Properties?: Record<string, unknown> }) => {
    const chosen = [
      p.LogGroupName,
      p.TableName,
      p.FunctionName,
      p.RoleName,
      p.AlarmName,
      p.QueueName,
      p.Name,
    ];
    const inConfig = Object.entries(p).find(([key]) => key.endsWith('Config'))?.[1] as { Name?: unknown };
    const name = [...chosen, inConfig?.Name].find((one) => one !== undefined);
    return name === undefined ? [] : [`${Type} ${JSON.stringify(name)}`];
  };
  const names = Object.values<Parameters<typeof nameOf>[0]>(template.Resources)
    .filter(({ Type }) => Type !== 'AWS::Lambda::Permission')
    .flatMap(nameOf);
  expect(names.filter((name) => name.includes('Logs::LogGroup'))).not.toEqual([]);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  templateOf().resourceCountIs('AWS::DynamoDB::GlobalTable', 2);
});

describe('grants', () => {
  test('to publish: messages and reactions, and nothing else', () => {
    const { stack, chat, templateOf } = chatWith({ edge: false });
    chat.grantPublish(aRole(stack));
    expect(invoke(templateOf())).toEqual(['/POST/api/events/*/messages', '/POST/api/events/*/reactions']);
  });

  test('to moderate: every event, but neither to create nor to delete one', () => {
    const { stack, chat, templateOf } = chatWith({ edge: false });
    chat.grantModerate(aRole(stack));
    expect(invoke(templateOf())).toEqual(
      expect.arrayContaining(['/POST/api/events/*/bans', '/DELETE/api/events/*/messages/*']),
    );
    expect(invoke(templateOf())).not.toContain('/POST/api/events');
    expect(invoke(templateOf())).not.toContain('/DELETE/api/events/*');
  });

  test('to operate: also to create, delete and export', () => {
    const { stack, chat, templateOf } = chatWith({ edge: false });
    chat.grantOperate(aRole(stack));
    expect(invoke(templateOf())).toEqual(
      expect.arrayContaining(['/POST/api/events', '/DELETE/api/events/*', '/GET/api/events/*/export']),
    );
  });

  test('are refused where tokens decide: they would give nothing', () => {
    const issuer = { 'auth.issuer': 'https://id.example.com/', 'auth.audience': 'chat' };
    const { stack, chat } = chatWith({ edge: false, ...issuer });
    expect(() => chat.grantPublish(aRole(stack))).toThrow(/rights come from tokens/);
  });
});

describe('addReview', () => {
  test('has the function asked about each message', () => {
    const { stack, chat, templateOf } = chatWith({ edge: false });
    chat.addReview(aFunction(stack), { timeoutMs: 1_000, fallback: 'deny' });
    const template = templateOf();
    for (const settings of settingsIn(template))
      expect(JSON.stringify(settings)).toMatch(
        /timeoutMs.*1000.*fallback.*deny.*function.*Fn::GetAtt.*Reviewer/,
      );
    const asking = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes('"Reviewer'),
    );
    expect(asking.map(([id]) => id.replace(/RoleDefault.*/, '')).sort()).toEqual([
      'ChatWebSocketDefaultRoute',
      'ChatWebSocketSendMessage',
    ]);
  });

  test('takes one function', () => {
    const { stack, chat } = chatWith({ edge: false });
    const reviewer = aFunction(stack);
    chat.addReview(reviewer);
    expect(() => chat.addReview(reviewer)).toThrow(SettingsError);
  });
});

describe('a table that is there already', () => {
  const existing = {
    tableName: 'restored',
    tableStreamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/restored/stream/2026-01-01T00:00:00.000',
  };

  test('is used and not touched', () => {
    const { templateOf } = chatWith({ edge: false, ...existing });
    const template = templateOf();
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: existing.tableStreamArn,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ TABLE_NAME: 'restored' }) },
    });
    const indexes = JSON.stringify(template.findResources('AWS::IAM::Policy')).match(/table\/restored[^"]*/g);
    expect(new Set(indexes)).toEqual(
      new Set([
        'table/restored',
        'table/restored/index/byGroup',
        'table/restored/stream/2026-01-01T00:00:00.000',
      ]),
    );
  });

  test('is given with its own stream, and by one way', () => {
    expect(() => chatWith({ tableName: 'restored' })).toThrow(/tableStreamArn: is required with tableName/);
    expect(() => chatWith({ ...existing, tableName: 'other' })).toThrow(/is the stream of restored, not of/);
    expect(() => chatWith({ tableStreamArn: existing.tableStreamArn })).toThrow(/tableName: is required/);
    expect(() => chatWith({ ...existing, ephemeral: true })).toThrow(/ephemeral: has no effect with/);
    const { chat } = chatWith({ edge: false });
    expect(() => new LiveEventChat(chat, 'Other', { ...existing, table: chat.table })).toThrow(
      /tableName: has no effect with table/,
    );
  });
});
