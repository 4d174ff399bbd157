import { type App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, type ITable, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as Target } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { expect, test, vi } from 'vitest';
import { connect } from './gateway/socket.ts';
import { startAssembly, synthesizeApp, temporaryFolder, writeFiles } from './support/start-app.ts';

// The stacks of an assembly say for which account and region they were synthesized.

const asset = {
  'index.mjs': `
    import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
    import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
    import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
    const { CALLBACK_URL, TABLE_NAME: TableName, OTHER, AWS_REGION } = process.env;
    const api = new ApiGatewayManagementApiClient({ endpoint: CALLBACK_URL });
    export const socket = async ({ requestContext: { connectionId: ConnectionId } }, { invokedFunctionArn }) => {
      await new DynamoDBClient({}).send(new PutItemCommand({ TableName, Item: { pk: { S: ConnectionId } } }));
      const { Payload } = await new LambdaClient({}).send(new InvokeCommand({ FunctionName: OTHER }));
      const signed = await api.config.region();
      const Data = JSON.stringify({ AWS_REGION, signed, invokedFunctionArn, other: JSON.parse(Buffer.from(Payload)) });
      await api.send(new PostToConnectionCommand({ ConnectionId, Data }));
      return { statusCode: 200 };
    };
    export const other = async (event, { invokedFunctionArn }) => invokedFunctionArn;
    export const http = async ({ requestContext }) => requestContext.accountId;
    export const print = async (event) => console.log(JSON.stringify(event));`,
};

const build = (env: Record<string, { account?: string; region?: string } | undefined>) => (app: App) => {
  const folder = writeFiles(temporaryFolder(), asset);
  for (const [name, to] of Object.entries(env)) {
    const stack = new Stack(app, name, to && { env: to });
    const code = Code.fromAsset(folder);
    const fn = (id: string, environment: Record<string, string> = {}) =>
      new LambdaFunction(stack, id, {
        ...{
          code,
          handler: `index.${id}`,
          runtime: Runtime.NODEJS_22_X,
          environment,
          timeout: Duration.seconds(30),
        },
      });
    const table = new Table(stack, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      stream: StreamViewType.KEYS_ONLY,
    });
    const other = fn('other');
    const socket = fn('socket', { TABLE_NAME: table.tableName, OTHER: other.functionName });
    table.grantWriteData(socket);
    other.grantInvoke(socket);
    const integration = new WebSocketLambdaIntegration('ToSocket', socket);
    const webSocketApi = new WebSocketApi(stack, 'Api', { defaultRouteOptions: { integration } });
    const stage = new WebSocketStage(stack, 'Prod', { webSocketApi, stageName: 'prod', autoDeploy: true });
    stage.grantManagementApiAccess(socket);
    socket.addEnvironment('CALLBACK_URL', stage.callbackUrl);
    const defaultIntegration = new HttpLambdaIntegration('ToHttp', fn('http'));
    const http = new HttpApi(stack, 'Http', { defaultIntegration });
    const print = fn('print');
    print.addEventSource(
      new DynamoEventSource(table as ITable, { startingPosition: StartingPosition.TRIM_HORIZON }),
    );
    new Rule(stack, 'Rule', { schedule: Schedule.expression('rate(1 day)'), targets: [new Target(print)] });
    new CfnOutput(stack, 'Url', { value: stage.url });
    new CfnOutput(stack, 'HttpUrl', { value: http.apiEndpoint });
  }
};

async function whereIs(stack: Awaited<ReturnType<typeof startAssembly>>, name: string) {
  const socket = await connect(`${stack.outputs[`${name}.Url`]}`);
  socket.send('hello');
  const { AWS_REGION, signed, invokedFunctionArn, other } = JSON.parse(`${await socket.next()}`);
  const place = (arn: string) => arn.split(':').slice(3, 5).join(' ');
  const accountId = await (await fetch(`${stack.outputs[`${name}.HttpUrl`]}/x`)).text();
  return { AWS_REGION, signed, function: place(invokedFunctionArn), other: place(other), accountId };
}

const at = (account: string, region: string) => ({
  ...{ AWS_REGION: region, signed: region, accountId: account },
  ...{ function: `${region} ${account}`, other: `${region} ${account}` },
});

test('an environment is that of functions, grants, signatures and events', async () => {
  const stack = await startAssembly(
    synthesizeApp(build({ Chat: { account: '123456789012', region: 'eu-west-1' } })),
  );
  expect(await whereIs(stack, 'Chat')).toEqual(at('123456789012', 'eu-west-1'));

  const printed = () =>
    stack.functionLogs.filter(({ text }) => text.startsWith('{')).map(({ text }) => JSON.parse(text));
  await vi.waitFor(() => expect(printed()).toHaveLength(1), 20_000);
  const [{ Records }] = printed();
  expect(Records[0]).toMatchObject({
    awsRegion: 'eu-west-1',
    eventSourceARN: expect.stringMatching(/^arn:aws:dynamodb:eu-west-1:123456789012:table\//),
  });
  await stack.runSchedule('Rule');
  expect(printed()[1]).toMatchObject({
    account: '123456789012',
    region: 'eu-west-1',
    resources: [expect.stringMatching(/^arn:aws:events:eu-west-1:123456789012:rule\//)],
  });
});

test('stacks of several environments are each in its own, others in the default one', async () => {
  const stack = await startAssembly(
    synthesizeApp(
      build({
        Here: { account: '123456789012', region: 'eu-west-1' },
        There: { account: '210987654321', region: 'ap-south-1' },
        Region: { region: 'eu-north-1' },
        Anywhere: undefined,
      }),
    ),
  );
  expect(await whereIs(stack, 'Here')).toEqual(at('123456789012', 'eu-west-1'));
  expect(await whereIs(stack, 'There')).toEqual(at('210987654321', 'ap-south-1'));
  expect(await whereIs(stack, 'Region')).toEqual(at('000000000000', 'eu-north-1'));
  expect(await whereIs(stack, 'Anywhere')).toEqual(at('000000000000', 'us-east-1'));
});

test('one stack in two environments is refused with both', async () => {
  const assembly = synthesizeApp((app) => {
    for (const region of ['eu-west-1', 'us-east-1']) {
      new Stack(app, `in-${region}`, { stackName: 'Chat', env: { account: '123456789012', region } });
    }
  });
  await expect(startAssembly(assembly)).rejects.toThrow(
    'Two stacks are called Chat, in 123456789012/eu-west-1 and 123456789012/us-east-1. The local stack can run only one of them.',
  );
});
