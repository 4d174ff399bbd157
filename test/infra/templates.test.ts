import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { entries } from '../../infra/built.ts';
import { readSettings, SettingsError } from '../../infra/context-settings.ts';
import { surprises } from '../../infra/deployed.ts';
import { findingsWith, stacksOf, synthesize } from '../support/synthesize.ts';

const issuer = { 'auth.issuer': 'https://id.example.com/', 'auth.audience': 'chat' };
let data: Template;
let chat: Template;

const templatesOf = (settings: Record<string, unknown> = {}) =>
  stacksOf(settings).map((stack) => Template.fromStack(stack)) as [Template, Template];

beforeAll(() => {
  [data, chat] = templatesOf();
});

describe('the table', () => {
  test('is encrypted, recoverable, protected from deletion and kept', () => {
    data.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    });
  });

  test('of a trial goes with its stack', () => {
    const [trial] = templatesOf({ ephemeral: 'true' });
    trial.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Delete',
      Properties: { Replicas: [{ DeletionProtectionEnabled: false }] },
    });
    // To become one later, or none any more, neither replaces nor deletes what is in it.
    for (const [now, next] of [
      [data, trial],
      [trial, data],
    ] as const)
      expect([...surprises(now.toJSON(), next.toJSON(), { drop: [], tableReplacement: false })]).toEqual([]);
  });
});

describe('the WebSocket API', () => {
  test('has exactly the routes of the contract, all one-way', () => {
    const routes = Object.values(
      chat.findResources('AWS::ApiGatewayV2::Route', { Properties: { AuthorizationType: 'NONE' } }),
    );
    const keys = routes.map((route) => route.Properties.RouteKey).filter((key) => !key.includes(' '));
    expect(keys.sort()).toEqual(
      [
        '$connect',
        '$default',
        '$disconnect',
        'announce',
        'ban',
        'deleteMessage',
        'getActiveEvents',
        'getHistory',
        'joinEvent',
        'kick',
        'leaveEvent',
        'pin',
        'sendMessage',
        'typing',
        'react',
        'unban',
        'unpin',
        'mute',
        'unmute',
        'updateEvent',
        'watchEvent',
      ].sort(),
    );
    chat.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 0);
    chat.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  test('has the stage prod, throttled and logged, without the query string', () => {
    chat.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'prod',
      DefaultRouteSettings: { ThrottlingRateLimit: 2_000, ThrottlingBurstLimit: 1_000 },
    });
    const stages = Object.values(chat.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stages).toHaveLength(2);
    for (const stage of stages) {
      expect(stage.Properties.AccessLogSettings.Format).toContain('requestId');
      expect(stage.Properties.AccessLogSettings.Format).not.toMatch(/query|header|authorizer/i);
    }
  });
});

describe('the HTTP API', () => {
  const authorizationIn = (template: Template) =>
    Object.fromEntries(
      Object.values(template.findResources('AWS::ApiGatewayV2::Route'))
        .map(({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType])
        .filter(([key]) => key.includes(' ')),
    );
  const open = {
    'GET /api/events': 'NONE',
    'GET /api/events/{id}': 'NONE',
    'GET /api/events/{id}/messages': 'NONE',
    'GET /openapi.json': 'NONE',
    'GET /asyncapi.json': 'NONE',
  };

  test('is open to read and asks for IAM to write', () => {
    expect(authorizationIn(chat)).toEqual({
      ...open,
      'GET /api/audit': 'AWS_IAM',
      'GET /api/events/{id}/export': 'AWS_IAM',
      'DELETE /api/events/{id}': 'AWS_IAM',
      'POST /api/events': 'AWS_IAM',
      'PATCH /api/events/{id}': 'AWS_IAM',
      'POST /api/events/{id}/messages': 'AWS_IAM',
      'DELETE /api/events/{id}/messages': 'AWS_IAM',
      'DELETE /api/events/{id}/messages/{seq}': 'AWS_IAM',
      'PUT /api/events/{id}/pin': 'AWS_IAM',
      'DELETE /api/events/{id}/pin': 'AWS_IAM',
      'POST /api/events/{id}/reactions': 'AWS_IAM',
      'POST /api/events/{id}/kicks': 'AWS_IAM',
      'GET /api/events/{id}/bans': 'AWS_IAM',
      'POST /api/events/{id}/bans': 'AWS_IAM',
      'DELETE /api/events/{id}/bans/{participantId}': 'AWS_IAM',
      'GET /api/events/{id}/mutes': 'AWS_IAM',
      'POST /api/events/{id}/mutes': 'AWS_IAM',
      'DELETE /api/events/{id}/mutes/{participantId}': 'AWS_IAM',
      'GET /api/events/{id}/audit': 'AWS_IAM',
    });
  });

  test('with an issuer, has the functions verify tokens', () => {
    const [, withIssuer] = templatesOf(issuer);
    expect(Object.keys(authorizationIn(withIssuer)).sort()).toEqual(
      Object.keys(authorizationIn(chat)).sort(),
    );
    expect(new Set(Object.values(authorizationIn(withIssuer)))).toEqual(new Set(['NONE']));
  });

  test('takes the origins of the setting', () => {
    const [, other] = templatesOf({ corsOrigins: 'https://a.example, https://b.example' });
    other.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: { AllowOrigins: ['https://a.example', 'https://b.example'] },
    });
  });
});

describe('what a deployment in a busy account needs', () => {
  test('access logs are where they do not fill the account’s one resource policy, and can be left out', () => {
    const names = (template: Template) =>
      Object.values(template.findResources('AWS::Logs::LogGroup'))
        .map(({ Properties }) => Properties.LogGroupName)
        .filter(Boolean);
    expect(names(chat).sort()).toEqual([
      '/aws/vendedlogs/LiveEventChat/Http',
      '/aws/vendedlogs/LiveEventChat/WebSocket',
    ]);
    const [, without] = templatesOf({ accessLogs: 'false' });
    expect(names(without)).toEqual([]);
    for (const stage of Object.values(without.findResources('AWS::ApiGatewayV2::Stage')))
      expect(stage.Properties).not.toHaveProperty('AccessLogSettings');
  });

  test('routes of an API are created one after the other', () => {
    const routes = chat.findResources('AWS::ApiGatewayV2::Route');
    const ids = Object.keys(routes);
    const roots = ids.filter((id) => !ids.some((other) => routes[id]?.DependsOn?.includes(other)));
    expect(roots).toHaveLength(2);
    const successors = ids.map((id) => ids.filter((other) => routes[other]?.DependsOn?.includes(id)));
    for (const after of successors) expect(after.length).toBeLessThanOrEqual(1);
    const stages = Object.values(chat.findResources('AWS::ApiGatewayV2::Stage'));
    for (const { DependsOn = [] } of stages)
      expect(ids.filter((id) => DependsOn.includes(id))).toHaveLength(1);
  });

  test('both APIs can be reached by IPv6, and stacks do not hold on to each other', () => {
    for (const api of Object.values(chat.findResources('AWS::ApiGatewayV2::Api')))
      expect(api.Properties.IpAddressType).toBe('dualstack');
    expect(JSON.stringify(chat.toJSON())).not.toContain('Fn::ImportValue');
    expect(JSON.stringify(data.toJSON())).not.toContain('"Export"');
  });

  test('functions can have concurrent executions of their own', () => {
    const [, reserved] = templatesOf({ 'concurrency.post': '20' });
    const of = (template: Template) =>
      Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
        ({ Properties }) => Properties.ReservedConcurrentExecutions ?? [],
      );
    expect(of(chat)).toEqual([]);
    expect(of(reserved)).toEqual([20]);
  });

  test('browsers may send what the AWS SDK’s signer does', () => {
    chat.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: { AllowHeaders: Match.arrayWith(['x-amz-content-sha256', 'x-amz-user-agent']) },
    });
  });
});

describe('every function', () => {
  test('is nodejs24.x on arm64 with memory, timeout, tracing and a log group that forgets', () => {
    const functions = Object.values(chat.findResources('AWS::Lambda::Function'));
    // Without a bus nothing is published.
    expect(functions).toHaveLength(entries.length - 1);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: expect.any(Number),
        Timeout: expect.any(Number),
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogGroup: expect.anything(), SystemLogLevel: 'WARN' },
      });
    }
    const logGroups = Object.values(chat.findResources('AWS::Logs::LogGroup'));
    expect(logGroups).toHaveLength(entries.length + 1);
    for (const { Properties } of logGroups) expect(Properties.RetentionInDays).toBe(30);
  });

  test('is bundled from every entry point there is', () => {
    const folder = new URL('../../functions/', import.meta.url).pathname;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(
        (file) =>
          file.endsWith('.ts') &&
          /export (const|async function) handler\b/.test(readFileSync(join(folder, file), 'utf8')),
      )
      .map((file) => file.replace(/\.ts$/, ''));
    expect(files.sort()).toEqual([...entries].sort());
  });
});

describe('grants', () => {
  interface Statement {
    Action: string | string[];
    Resource: unknown;
    Condition?: unknown;
  }
  const statementsOf = (functionId: string): Statement[] =>
    Object.entries(chat.findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.includes(`${functionId}Role`))
      .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
  const actionsOf = (functionId: string) => {
    const actions = statementsOf(functionId).flatMap((statement) => statement.Action);
    // Every function writes logs: without any action there is no such function.
    expect(actions).toContain('logs:PutLogEvents');
    return actions;
  };

  test('never use a wildcard action, and a wildcard resource only where AWS has no other', () => {
    const statements = Object.values(chat.findResources('AWS::IAM::Policy')).flatMap(
      (policy) => policy.Properties.PolicyDocument.Statement as Statement[],
    );
    expect(statements.length).toBeGreaterThan(0);
    for (const { Action, Resource } of statements) {
      const actions = [Action].flat();
      expect(actions.join()).not.toContain('*');
      if (JSON.stringify(Resource) === '"*"') {
        expect(['xray:PutTelemetryRecords', 'xray:PutTraceSegments', 'dynamodb:ListStreams']).toEqual(
          expect.arrayContaining(actions),
        );
      }
    }
  });

  test('for the management API are this stage and single methods', () => {
    const resources = Object.values(chat.findResources('AWS::IAM::Policy'))
      .flatMap((policy) => policy.Properties.PolicyDocument.Statement as Statement[])
      .filter((statement) => [statement.Action].flat().includes('execute-api:ManageConnections'))
      .flatMap((statement) => [statement.Resource].flat())
      .map((resource) => JSON.stringify(resource));
    expect(resources.length).toBeGreaterThan(0);
    for (const resource of resources) expect(resource).toMatch(/\/prod\/(POST|GET|DELETE)\/@connections\/\*/);
  });

  test('to invoke a function are for one function each', () => {
    const invoked = Object.entries(chat.findResources('AWS::IAM::Policy')).flatMap(([id, policy]) =>
      (policy.Properties.PolicyDocument.Statement as Statement[])
        .filter(({ Action }) => Action === 'lambda:InvokeFunction')
        .map(({ Resource }) => [id.replace(/RoleDefault.*/, ''), Resource]),
    );
    const only = (name: string) => ({ 'Fn::GetAtt': [expect.stringMatching(`^${name}Function`), 'Arn'] });
    expect(invoked.sort()).toEqual([
      ['DeliveryDeliver', only('DeliveryPost')],
      ['DeliverySweep', only('DeliveryPost')],
      ['WebSocketConnect', only('WebSocketOpen')],
    ]);
  });

  test('are for some partitions only, where a function touches no others', () => {
    const partitionsOf = (functionId: string) =>
      statementsOf(functionId)
        .filter(
          ({ Action, Resource }) => isAboutItems(Action) && !JSON.stringify(Resource).includes('/index/'),
        )
        .map(({ Condition }) => Condition);
    const isAboutItems = (Action: Statement['Action']) => [Action].flat().join().includes('dynamodb:');
    const only = (...keys: string[]) => [{ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } }];
    expect(partitionsOf('WebSocketConnect')).toEqual(only('CONN#*'));
    expect(partitionsOf('WebSocketOpen')).toEqual(only('CONN#*'));
    expect(partitionsOf('WebSocketGetHistory')).toEqual(only('CONN#*', 'EVENT#*', 'RATE#*'));
    expect(partitionsOf('WebSocketGetActiveEvents')).toEqual(only('CONN#*', 'EVENT#*', 'RATE#*'));
    expect(partitionsOf('HttpEvents')).toEqual(only('EVENT#*', 'AUDIT', 'RATE#*'));
  });

  test('are what each function does', () => {
    expect(actionsOf('WebSocketConnect')).toContain('dynamodb:PutItem');
    expect(actionsOf('WebSocketConnect').filter((action) => action.startsWith('dynamodb:'))).toHaveLength(1);
    expect(actionsOf('WebSocketConnect')).not.toContain('execute-api:ManageConnections');
    expect(actionsOf('WebSocketConnect')).toContain('lambda:InvokeFunction');
    expect(actionsOf('WebSocketOpen').filter((action) => /dynamodb|lambda/.test(action))).toEqual([
      'dynamodb:GetItem',
    ]);
    expect(actionsOf('WebSocketOpen')).toContain('execute-api:ManageConnections');
    expect(actionsOf('DeliveryPost').filter((action) => /dynamodb|lambda/.test(action))).toEqual([]);
    expect(actionsOf('DeliveryPost')).toContain('execute-api:ManageConnections');
    expect(actionsOf('HttpEvents')).not.toContain('execute-api:ManageConnections');
    // The rate of whoever writes.
    expect(actionsOf('HttpEvents').filter((action) => /Delete|Update/.test(action))).toEqual([
      'dynamodb:UpdateItem',
    ]);
  });
});

describe('the stream', () => {
  test('invokes delivery for event heads only, retries for a bounded time, and keeps what was given up', () => {
    chat.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 1_000,
      MaximumRecordAgeInSeconds: 3_600,
      ParallelizationFactor: 10,
      FilterCriteria: {
        Filters: [{ Pattern: '{"eventName":["MODIFY"],"dynamodb":{"Keys":{"sk":{"S":["HEAD"]}}}}' }],
      },
    });
    chat.resourceCountIs('AWS::SQS::Queue', 1);
  });
});

describe('every minute', () => {
  test('the sweep and the heartbeat of one slot run, once', () => {
    const rules = Object.values(chat.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties);
    expect(rules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual(
      Array(2).fill('cron(* * * * ? *)'),
    );
    const targets = rules.flatMap(({ Targets }) => Targets);
    expect(targets.map(({ RetryPolicy }) => RetryPolicy.MaximumRetryAttempts)).toEqual([0, 0]);
    expect(JSON.stringify(targets)).toMatch(
      /DeliverySweep.*DeliveryHeartbeat|DeliveryHeartbeat.*DeliverySweep/,
    );
  });

  test.each(['Sweep', 'Heartbeat'])('%s is given up after a minute, and not retried', (name) => {
    chat.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp(`^Delivery${name}Function`) },
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });
});

describe('the first packet of Socket.IO', () => {
  test('is tried for a minute at most, and not again', () => {
    chat.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^WebSocketOpenFunction') },
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });
});

test('there are three URLs to give away', () => {
  const outputs = Object.keys(chat.findOutputs('*')).filter((name) => !name.startsWith('PublishOutputRef'));
  expect(outputs.sort()).toEqual(['EventsUrl', 'ManagementUrl', 'WebSocketUrl']);
});

test('the account role for logs is made when asked for, and kept', () => {
  const [, fresh] = templatesOf({ createApiGatewayAccountRole: 'true' });
  fresh.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
  chat.resourceCountIs('AWS::ApiGateway::Account', 0);
});

describe('settings', () => {
  test.for([
    [{ directAudienceMaxx: '1' }, /directAudienceMaxx: no such setting/],
    [{ directAudienceMax: 'many' }, /directAudienceMax: /],
    [{ sendsPerSecond: '0' }, /sendsPerSecond: /],
    [{ logRetentionDays: '31' }, /logRetentionDays: must be one of/],
    [{ ephemeral: 'maybe' }, /ephemeral: /],
    [{ corsOrigins: 'example' }, /corsOrigins/],
    [{ corsOrigins: 'https://example.com/' }, /corsOrigins\.0: must be \* or origins/],
    [{ corsOrigins: '*,https://example.com' }, /corsOrigins: must be \* alone/],
    [{ allowedOrigins: 'mailto:somebody@example.com' }, /allowedOrigins\.0: must be \* or origins/],
    [{ account: '1234' }, /account: must be the 12 digits/],
    [{ 'concurrency.post': '0' }, /concurrency\.post: /],
    [{ name: '1 chat' }, /name: must be letters/],
    [{ 'auth.issuer': 'id.example.com', 'auth.audience': 'chat' }, /auth\.issuer: must be the URL/],
    [{ 'auth.issuer': 'https://id.example.com' }, /auth\.audience: is required with auth\.issuer/],
    [{ 'auth.audience': 'chat' }, /auth\.issuer: is required with auth\.audience/],
    [{ ...issuer, 'auth.issuer': 'http://localhost:5001' }, /auth\.issuer: must begin with https/],
  ] as const)('%j is refused in a sentence', ([settings, sentence]) => {
    expect(() => synthesize(settings)).toThrow(SettingsError);
    expect(() => synthesize(settings)).toThrow(sentence);
  });

  test('are all described in docs/settings.md, with their defaults', () => {
    const docs = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    for (const [key, value] of Object.entries(readSettings({}))) {
      expect(docs).toContain(`\`${key}\``);
      const isPlain = typeof value !== 'object' || Array.isArray(value);
      if (isPlain) expect(docs).toContain(`\`${value}\``);
    }
  });

  test('reach every function', () => {
    const [, other] = templatesOf({ directAudienceMax: '7' });
    const functions = Object.values(other.findResources('AWS::Lambda::Function'));
    for (const { Properties } of functions) {
      expect(JSON.parse(Properties.Environment.Variables.SETTINGS)).toMatchObject({ directAudienceMax: 7 });
    }
  });
});

test.for([[{ createApiGatewayAccountRole: 'true' }], [issuer]])(
  'cdk-nag and the CDK’s own validation find nothing with %j',
  { timeout: 120_000 },
  ([settings]) => {
    expect(findingsWith(settings)).toEqual([]);
  },
);
