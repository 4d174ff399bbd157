import { fileURLToPath } from 'node:url';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  WebSocketApi,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';

/** Synthesizes an app with a WebSocket API and an HTTP API, as a user of CDK would write it. */
export function synthesizeEchoApp(outdir: string): string {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Echo');
  const code = Code.fromAsset(fileURLToPath(new URL('handlers', import.meta.url)));
  const fn = (name: string, environment: Record<string, string> = {}) =>
    new LambdaFunction(stack, name, {
      runtime: Runtime.NODEJS_LATEST,
      handler: `index.${name}`,
      code,
      environment,
    });
  const integrated = (handler: LambdaFunction) => ({
    integration: new WebSocketLambdaIntegration(handler.node.id, handler),
    returnResponse: true,
  });

  const sockets = new WebSocketApi(stack, 'Sockets', {
    connectRouteOptions: {
      integration: new WebSocketLambdaIntegration('connect', fn('connect')),
      authorizer: new WebSocketLambdaAuthorizer('authorizer', fn('authorizer'), {
        identitySource: ['route.request.querystring.token'],
      }),
    },
  });
  const stage = new WebSocketStage(stack, 'Stage', {
    webSocketApi: sockets,
    stageName: 'prod',
    autoDeploy: true,
  });
  const post = fn('post', { CALLBACK_URL: stage.callbackUrl });
  stage.grantManagementApiAccess(post);
  const reply = fn('reply');
  stage.grantManagementApiAccess(reply);
  const outsider = new LambdaFunction(stack, 'outsider', {
    runtime: Runtime.NODEJS_LATEST,
    handler: 'index.post',
    code,
    environment: { CALLBACK_URL: stage.callbackUrl },
  });
  sockets.addRoute('echo', integrated(fn('echo')));
  sockets.addRoute('post', integrated(post));
  sockets.addRoute('outsider', integrated(outsider));
  sockets.addRoute('reply', { integration: new WebSocketLambdaIntegration('reply', reply) });
  sockets.addRoute('fail', integrated(fn('fail')));

  const rooms = new HttpApi(stack, 'Rooms', {
    corsPreflight: { allowOrigins: ['https://chat.example'], allowMethods: [CorsHttpMethod.ANY] },
  });
  rooms.addRoutes({
    path: '/rooms/{id}',
    methods: [HttpMethod.GET],
    integration: new HttpLambdaIntegration('room', fn('room')),
  });

  new CfnOutput(stack, 'Url', { value: stage.url });
  new CfnOutput(stack, 'CallbackUrl', { value: stage.callbackUrl });
  new CfnOutput(stack, 'RoomsUrl', { value: rooms.apiEndpoint });
  return app.synth().directory;
}
