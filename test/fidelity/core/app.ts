import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpApi, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { AttributeType, type ITable, StreamViewType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Code,
  FilterCriteria,
  FilterRule,
  type FunctionProps,
  Function as LambdaFn,
  Runtime,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { buildSync } from 'esbuild';

const functionsFolder = fileURLToPath(new URL('./functions', import.meta.url));

/** Synthesizes an app with one of everything the local stack runs. */
export function synthesize(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  const { table, plain } = dataStack(new Stack(app, 'Data'));
  appStack(new Stack(app, 'Core'), table, plain);
  app.synth();
}

function minified(name: string): Code {
  const outdir = mkdtempSync(join(tmpdir(), 'minified-'));
  const entryPoints = [fileURLToPath(new URL(`./source/${name}.ts`, import.meta.url))];
  const outExtension = { '.js': '.mjs' };
  buildSync({
    entryPoints,
    outdir,
    outExtension,
    bundle: true,
    minify: true,
    sourcemap: true,
    format: 'esm',
  });
  return Code.fromAsset(outdir);
}

function dataStack(stack: Stack) {
  const key = { name: 'pk', type: AttributeType.STRING };
  const table = new TableV2(stack, 'Table', {
    partitionKey: key,
    sortKey: { name: 'sk', type: AttributeType.STRING },
    globalSecondaryIndexes: [
      { indexName: 'byKind', partitionKey: { name: 'kind', type: AttributeType.STRING } },
    ],
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    timeToLiveAttribute: 'expiresAt',
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const plain = new Table(stack, 'Plain', { partitionKey: key, stream: StreamViewType.KEYS_ONLY });
  return { table, plain };
}

function appStack(stack: Stack, table: TableV2, plain: Table): void {
  const code = Code.fromAsset(functionsFolder);
  const fn = (id: string, handler: string, props: Partial<FunctionProps> = {}) =>
    new LambdaFn(stack, id, { code, runtime: Runtime.NODEJS_24_X, handler, ...props });

  const echo = fn('Echo', 'echo.handler', { environment: { TABLE: table.tableName }, memorySize: 256 });
  fn('CommonJs', 'common.handler', { timeout: Duration.seconds(20) });
  fn('Nested', 'nested/deep.inner.handler');
  fn('Crash', 'crash.handler', { timeout: Duration.seconds(10) });
  fn('Impatient', 'crash.handler', { timeout: Duration.seconds(1) });
  fn('Minified', 'place-order.handler', { code: minified('place-order') });
  const waiting = fn('Waiting', 'waiting.handler', { timeout: Duration.seconds(20) });
  fn('Frozen', 'frozen.handler');
  fn('NoModule', 'missing.handler');
  fn('NoHandler', 'echo.nothing');
  fn('BadSyntax', 'index.handler', { code: Code.fromInline('exports.handler = async ( => {};') });
  fn('FailingInit', 'failing-init.handler');
  fn('Callback', 'callback.handler');
  fn('CallbackOn22', 'callback.handler', { runtime: Runtime.NODEJS_22_X });
  fn('Archived', 'nested/deep.inner.handler', {
    code: Code.fromAsset(fileURLToPath(new URL('./archived.zip', import.meta.url))),
  });
  fn('Inline', 'index.handler', {
    code: Code.fromInline('exports.handler = async () => "inline";'),
    runtime: Runtime.NODEJS_22_X,
  });

  const retried = fn('Retried', 'retried.handler', {
    retryAttempts: 1,
    environment: { TABLE: table.tableName },
  });
  table.grantWriteData(retried);
  const caller = fn('Caller', 'caller.handler', { timeout: Duration.seconds(20) });
  echo.grantInvoke(caller);
  waiting.grantInvoke(caller);
  caller.addToRolePolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: ['arn:aws:lambda:*:*:function:Core-Caller*'],
    }),
  );

  const database = fn('Database', 'database.handler', {
    timeout: Duration.seconds(20),
    environment: { TABLE: table.tableName },
  });
  database.addToRolePolicy(
    new PolicyStatement({
      actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [table.tableArn],
    }),
  );

  // CDK's own types do not fit together under exactOptionalPropertyTypes.
  streamConsumers(fn, table as ITable, plain as ITable);

  const scheduled = fn('Scheduled', 'echo.handler');
  new Rule(stack, 'EveryMinute', {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(scheduled)],
  });
  new Rule(stack, 'Daily', {
    schedule: Schedule.cron({ hour: '12', minute: '0' }),
    targets: [new LambdaFunction(scheduled, { event: RuleTargetInput.fromObject({ task: 'daily' }) })],
  });
  new scheduler.Schedule(stack, 'Hourly', {
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
    target: new LambdaInvoke(scheduled, {
      input: scheduler.ScheduleTargetInput.fromObject({ at: scheduler.ContextAttribute.scheduledTime }),
    }),
  });

  const webSocketApi = new WebSocketApi(stack, 'Sockets');
  const stage = new WebSocketStage(stack, 'Stage', { webSocketApi, stageName: 'prod' });
  echo.addEnvironment('CALLBACK_URL', stage.callbackUrl);
  const posting = fn('Posting', 'posting.handler', {
    timeout: Duration.seconds(20),
    environment: { CALLBACK_URL: stage.callbackUrl },
  });
  stage.grantManagementApiAccess(posting);
  new CfnOutput(stack, 'SocketUrl', { value: stage.url });
  new CfnOutput(stack, 'HttpUrl', { value: new HttpApi(stack, 'Http').apiEndpoint });
  new CfnOutput(stack, 'TableName', { value: table.tableName });
}

function streamConsumers(
  fn: (id: string, handler: string, props?: Partial<FunctionProps>) => LambdaFn,
  table: ITable,
  plain: ITable,
): void {
  const only = (prefix: string) => [
    FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(prefix) } } } }),
  ];
  const consumer = (id: string, source: DynamoEventSource) => {
    const consumer = fn(id, 'consumer.handler', { timeout: Duration.seconds(20) });
    consumer.addEventSource(source);
  };
  const startingPosition = StartingPosition.TRIM_HORIZON;
  consumer(
    'Consumer',
    new DynamoEventSource(table, { startingPosition, parallelizationFactor: 10, filters: only('seen#') }),
  );
  consumer(
    'Bisecting',
    new DynamoEventSource(table, {
      startingPosition,
      bisectBatchOnError: true,
      retryAttempts: 1,
      filters: only('bisect#'),
    }),
  );
  consumer(
    'Partial',
    new DynamoEventSource(table, {
      startingPosition,
      reportBatchItemFailures: true,
      retryAttempts: 3,
      filters: only('partial#'),
    }),
  );
  consumer(
    'KeysOnly',
    new DynamoEventSource(plain, { startingPosition: StartingPosition.LATEST, batchSize: 1 }),
  );
}
