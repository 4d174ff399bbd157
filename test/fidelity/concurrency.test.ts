import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import { HttpApi, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, type ITable, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { expect, onTestFinished, test, vi } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { noFaults } from '../../local/faults.ts';
import { connect, refusal } from './gateway/socket.ts';
import { startAssembly, synthesizeApp } from './support/start-app.ts';

// "Understanding Lambda function scaling": https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html

function build(app: App) {
  const stack = new Stack(app, 'Busy');
  const fn = (id: string, body: string) =>
    new LambdaFunction(stack, id, {
      code: Code.fromInline(`exports.handler = async (event) => { ${body} };`),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_22_X,
    });
  const ok = fn('Ok', 'console.log("ran"); return { statusCode: 200, body: "ok" };');
  fn('Slow', 'await new Promise((resolve) => setTimeout(resolve, 1_000)); return "done";');
  const integration = new WebSocketLambdaIntegration('ToOk', ok);
  const webSocketApi = new WebSocketApi(stack, 'Api', { connectRouteOptions: { integration } });
  webSocketApi.addRoute('say', { integration, returnResponse: true });
  const stage = new WebSocketStage(stack, 'Prod', { webSocketApi, stageName: 'prod', autoDeploy: true });
  const defaultIntegration = new HttpLambdaIntegration('Http', ok);
  const http = new HttpApi(stack, 'HttpApi', { defaultIntegration });
  new CfnOutput(stack, 'Url', { value: stage.url });
  new CfnOutput(stack, 'HttpUrl', { value: http.apiEndpoint });
  const table = new Table(stack, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    stream: StreamViewType.KEYS_ONLY,
  });
  const startingPosition = StartingPosition.TRIM_HORIZON;
  fn('Stream', 'console.log("streamed", event.Records.length);').addEventSource(
    new DynamoEventSource(table as ITable, { startingPosition, retryAttempts: 0 }),
  );
}

async function start(lambdaConcurrency?: number) {
  const faults = noFaults();
  const stack = await startAssembly(synthesizeApp(build), { faults, lambdaConcurrency });
  const credentials = { accessKeyId: 'developer', secretAccessKey: 'local' };
  const client = new LambdaClient({
    ...{ endpoint: stack.origin, region: 'us-east-1', credentials, maxAttempts: 1 },
  });
  onTestFinished(() => client.destroy());
  const nameOf = (part: string) =>
    stack.resources.find(({ type, logicalId }) => type.endsWith(':Function') && logicalId.startsWith(part))
      ?.physicalId;
  const send = (part: string, InvocationType: 'Event' | 'RequestResponse' = 'RequestResponse') =>
    client.send(new InvokeCommand({ FunctionName: nameOf(part), InvocationType }));
  const printed = (text: string) => stack.functionLogs.filter((entry) => entry.text.startsWith(text));
  return { ...stack, faults, send, printed };
}

test('beyond the concurrency of the account, an invocation is answered 429', async () => {
  const { send, log } = await start(2);
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => send('Slow')));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const error = {
    name: 'TooManyRequestsException',
    message: 'Rate Exceeded.',
    Reason: 'ConcurrentInvocationLimitExceeded',
    $metadata: { httpStatusCode: 429 },
  };
  expect(refused).toMatchObject([error, error]);
  expect(log.filter((line) => line.includes('throttled with 429'))).toHaveLength(1);
  expect((await send('Slow')).StatusCode).toBe(200);
});

test('an asynchronous event that is throttled waits, and is no failed attempt', async () => {
  const { send, faults, clock, printed, failedEvents } = await start();
  faults.lambdaConcurrency = 0;
  expect((await send('Ok', 'Event')).StatusCode).toBe(202);
  for (const waitMs of [1_000, 2_000, 4_000]) clock.advance(waitMs);
  expect(printed('ran')).toEqual([]);
  delete faults.lambdaConcurrency;
  await vi.waitFor(() => {
    clock.advance(60_000);
    expect(printed('ran')).toHaveLength(1);
  }, 20_000);
  expect(failedEvents).toEqual([]);
});

test('it is given up when it is 6 hours old', async () => {
  const { send, faults, clock, printed, failedEvents } = await start();
  faults.lambdaConcurrency = 0;
  await send('Ok', 'Event');
  await vi.waitFor(() => {
    clock.advance(60 * 60_000);
    expect(failedEvents).toMatchObject([{ condition: 'EventAgeExceeded', approximateInvokeCount: 0 }]);
  }, 20_000);
  expect(printed('ran')).toEqual([]);
});

test('a stream waits, although its batches may not be retried', async () => {
  const { faults, clock, printed, tables, dynamodbEndpoint, discardedBatches, log } = await start();
  faults.lambdaConcurrency = 0;
  const TableName = Object.values(tables)[0];
  await callDynamoDB(dynamodbEndpoint, 'PutItem', { TableName, Item: { pk: { S: 'a' } } });
  const isThrottled = expect.stringMatching(/^Stream.*throttled with 429/);
  await vi.waitFor(() => expect(log).toContainEqual(isThrottled), 20_000);
  for (let i = 0; i < 5; i++) clock.advance(60_000);
  expect(printed('streamed')).toEqual([]);
  delete faults.lambdaConcurrency;
  await vi.waitFor(() => {
    clock.advance(60_000);
    expect(printed('streamed')).toHaveLength(1);
  }, 20_000);
  expect(discardedBatches()).toEqual([]);
});

test('API Gateway answers its own errors', async () => {
  const { outputs, faults } = await start();
  const socket = await connect(`${outputs.Url}`);
  socket.send({ action: 'say' });
  expect(await socket.next()).toBe('ok');
  faults.lambdaConcurrency = 0;
  socket.send({ action: 'say' });
  expect(JSON.parse(`${await socket.next()}`)).toMatchObject({
    message: 'Internal server error',
    connectionId: expect.any(String),
  });
  expect(await refusal(`${outputs.Url}`)).toBe(500);
  const answer = await fetch(`${outputs.HttpUrl}/x`);
  expect([answer.status, await answer.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  delete faults.lambdaConcurrency;
  socket.send({ action: 'say' });
  expect(await socket.next()).toBe('ok');
});
