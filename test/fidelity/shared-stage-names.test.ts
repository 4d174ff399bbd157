import { type App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpStage, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { connect, refusal } from './gateway/socket.ts';
import { startAssembly, synthesizeApp, temporaryFolder, writeFiles } from './support/start-app.ts';

// Two of everything with one stage name: on AWS each API has a host of its own.

const asset = {
  'index.mjs': `
    import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
    const { CALLBACK_URL, NAME } = process.env;
    export const socket = async ({ requestContext: { domainName, stage, connectionId, apiId }, body }) => {
      const endpoint = body === 'own' ? \`https://\${domainName}/\${stage}\`
        : body === 'aws' ? \`https://\${apiId}.execute-api.us-east-1.amazonaws.com/\${stage}\`
        : CALLBACK_URL;
      const client = new ApiGatewayManagementApiClient({ endpoint, maxAttempts: 1 });
      await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: NAME }));
      return { statusCode: 200 };
    };
    export const http = async ({ rawPath }) => \`\${NAME} \${rawPath}\`;`,
};

function build(app: App) {
  const folder = writeFiles(temporaryFolder(), asset);
  for (const name of ['First', 'Second']) {
    const stack = new Stack(app, name);
    const runtime = Runtime.NODEJS_22_X;
    const code = Code.fromAsset(folder);
    const environment = { NAME: name };
    const timeout = Duration.seconds(30);
    const fn = (id: string) =>
      new LambdaFunction(stack, id, { code, handler: `index.${id}`, runtime, environment, timeout });
    const socket = fn('socket');
    const webSocketApi = new WebSocketApi(stack, 'Sockets', { apiName: `${name} sockets` });
    webSocketApi.addRoute('$default', { integration: new WebSocketLambdaIntegration('To', socket) });
    const stage = new WebSocketStage(stack, 'Prod', { webSocketApi, stageName: 'prod', autoDeploy: true });
    stage.grantManagementApiAccess(socket);
    socket.addEnvironment('CALLBACK_URL', stage.callbackUrl);
    const defaultIntegration = new HttpLambdaIntegration('ToHttp', fn('http'));
    const httpApi = new HttpApi(stack, 'Http', { apiName: `${name} pages`, defaultIntegration });
    const named = new HttpStage(stack, 'Named', { httpApi, stageName: 'prod', autoDeploy: true });
    new CfnOutput(stack, 'SocketsUrl', { value: stage.url });
    new CfnOutput(stack, 'PagesUrl', { value: httpApi.apiEndpoint });
    new CfnOutput(stack, 'NamedPagesUrl', { value: named.url });
  }
}

test('two APIs of a kind with one stage name both work, at addresses of their own', async () => {
  const { outputs, origin, log } = await startAssembly(synthesizeApp(build));
  expect(outputs['First.SocketsUrl']).toBe(`${origin.replace('http', 'ws')}/prod`);
  expect(outputs['Second.SocketsUrl']).toMatch(/^ws:\/\/localhost:\d+\/a[a-z0-9]{9}\/prod$/);

  for (const name of ['First', 'Second']) {
    const socket = await connect(`${outputs[`${name}.SocketsUrl`]}`);
    // By its callback URL, the event's domain name, and the address on AWS.
    for (const how of ['given', 'own', 'aws']) {
      socket.send(how);
      expect(await socket.next()).toBe(name);
    }
    const get = async (url: string) => (await fetch(url)).text();
    expect(await get(`${outputs[`${name}.PagesUrl`]}/a/b`)).toBe(`${name} /a/b`);
    expect(await get(`${outputs[`${name}.NamedPagesUrl`]}/a?b=c`)).toBe(`${name} /prod/a`);
    expect(await get(`${outputs[`${name}.NamedPagesUrl`]}`)).toBe(`${name} /prod`);
  }
  expect(log.filter((line) => line.includes('have a stage'))).toEqual([
    expect.stringMatching(
      /^"First sockets" and "Second sockets" have a stage prod: the second is at \/a[a-z0-9]{9}\/prod$/,
    ),
    expect.stringMatching(/^"First pages" and "Second pages" have a stage \$default: the second is at /),
    expect.stringMatching(/^"First pages" and "Second pages" have a stage prod: the second is at /),
  ]);
});

test('an API is at its id too, and only with its own stages and connections', async () => {
  const { outputs, origin, resources } = await startAssembly(synthesizeApp(build));
  const idOf = (stack: string, protocol: string) =>
    resources.find((r) => r.stack === stack && r.properties.ProtocolType === protocol)?.physicalId;
  const first = idOf('First', 'WEBSOCKET');
  const socket = await connect(`${origin.replace('http', 'ws')}/${first}/prod`);
  socket.send('given');
  expect(await socket.next()).toBe('First');
  expect(await refusal(`${origin.replace('http', 'ws')}/${first}/other`)).toBe(403);
  expect(await refusal(`${origin.replace('http', 'ws')}/${idOf('First', 'HTTP')}/prod`)).toBe(403);
  expect(await (await fetch(`${origin}/${idOf('First', 'HTTP')}/x`)).text()).toBe('First /x');
  expect((await fetch(`${origin}/${first}/x`)).status).toBe(404);
  expect(outputs['First.PagesUrl']).toBe(origin);
});
