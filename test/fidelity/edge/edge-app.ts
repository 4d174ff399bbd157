import { fileURLToPath } from 'node:url';
import { App, CfnOutput, Duration, Fn, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { functions } from './functions.ts';

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Synthesizes an app with a distribution in front of buckets, an HTTP API and a WebSocket API. */
export function synthesizeEdgeApp(outdir: string): string {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Edge');
  const code = Code.fromAsset(folder('../gateway/handlers'));
  const runtime = Runtime.NODEJS_LATEST;
  // It loads the SDK, which takes long on a busy machine.
  const timeout = Duration.seconds(25);
  const lambda = (name: string) =>
    new LambdaFunction(stack, name, { runtime, handler: `index.${name}`, code, timeout });

  const http = new HttpApi(stack, 'Http');
  const mirror = new HttpLambdaIntegration('mirror', lambda('mirror'));
  const methods = [HttpMethod.ANY];
  for (const path of ['/mirror/{path+}', '/behind/{path+}', '/own/{path+}']) {
    http.addRoutes({ path, methods, integration: mirror });
  }
  const sockets = new WebSocketApi(stack, 'Sockets', {
    connectRouteOptions: { integration: new WebSocketLambdaIntegration('connect', lambda('hello')) },
  });
  const stage = new WebSocketStage(stack, 'Stage', {
    webSocketApi: sockets,
    stageName: 'prod',
    autoDeploy: true,
  });
  const post = lambda('postBack');
  stage.grantManagementApiAccess(post);
  post.addEnvironment('CALLBACK_URL', stage.callbackUrl);
  sockets.addRoute('$default', { integration: new WebSocketLambdaIntegration('post', post) });

  const distribution = distributionOf(stack, http, sockets);
  new CfnOutput(stack, 'SiteUrl', { value: `https://${distribution.distributionDomainName}/` });
  new CfnOutput(stack, 'AliasUrl', { value: 'wss://edge.example.com/prod' });
  new CfnOutput(stack, 'OtherUrl', { value: 'https://other.example.com/' });
  new CfnOutput(stack, 'CallbackUrl', { value: stage.callbackUrl });
  return app.synth().directory;
}

function distributionOf(stack: Stack, http: HttpApi, sockets: WebSocketApi): cloudfront.Distribution {
  const site = new Bucket(stack, 'Site') as IBucket;
  const closed = new Bucket(stack, 'Closed') as IBucket;
  deploy(stack, http, site, closed);

  const { CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } = cloudfront;
  const hostOf = (api: HttpApi | WebSocketApi) => Fn.select(2, Fn.split('/', api.apiEndpoint));
  const mirror = {
    origin: new HttpOrigin(hostOf(http), { customHeaders: { 'x-secret': 'of the edge' } }),
    cachePolicy: CachePolicy.CACHING_DISABLED,
    allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
  };
  const everything = { ...mirror, originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER };
  const listed = { originAccessLevels: [cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST] };
  const files = { origin: S3BucketOrigin.withOriginAccessControl(site, listed) };
  const at = (eventType: cloudfront.FunctionEventType) => (name: keyof typeof functions) => ({
    functionAssociations: [
      {
        eventType,
        function: new cloudfront.Function(stack, `${name}Function`, {
          runtime: cloudfront.FunctionRuntime.JS_2_0,
          code: cloudfront.FunctionCode.fromInline(functions[name]),
        }),
      },
    ],
  });
  const request = at(cloudfront.FunctionEventType.VIEWER_REQUEST);
  const response = at(cloudfront.FunctionEventType.VIEWER_RESPONSE);
  const socket = { ...everything, origin: new HttpOrigin(hostOf(sockets)), ...request('socket') };

  return new cloudfront.Distribution(stack, 'Distribution', {
    defaultRootObject: 'index.html',
    defaultBehavior: files,
    domainNames: ['edge.example.com'],
    certificate: Certificate.fromCertificateArn(
      stack,
      'Certificate',
      'arn:aws:acm:us-east-1:000000000000:certificate/x',
    ),
    additionalBehaviors: {
      '/mirror/none/*': mirror,
      '/mirror/some/*': {
        ...mirror,
        cachePolicy: new CachePolicy(stack, 'SomeCached', {
          maxTtl: Duration.seconds(1),
          queryStringBehavior: cloudfront.CacheQueryStringBehavior.allowList('a'),
          headerBehavior: cloudfront.CacheHeaderBehavior.allowList('Authorization'),
        }),
        originRequestPolicy: new OriginRequestPolicy(stack, 'Some', {
          queryStringBehavior: cloudfront.OriginRequestQueryStringBehavior.allowList('b'),
          headerBehavior: cloudfront.OriginRequestHeaderBehavior.allowList('X-One'),
          cookieBehavior: cloudfront.OriginRequestCookieBehavior.allowList('kept'),
        }),
      },
      '/mirror/security/*': { ...mirror, responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS },
      '/mirror/cors/*': {
        ...mirror,
        responseHeadersPolicy: ResponseHeadersPolicy.CORS_ALLOW_ALL_ORIGINS_WITH_PREFLIGHT,
      },
      '/mirror/headers/*': { ...mirror, responseHeadersPolicy: headersPolicy(stack) },
      '/mirror/*': everything,
      '/rewrite*': { ...everything, ...request('rewrite') },
      '/redirect': { ...files, ...request('redirect') },
      '/fails': { ...files, ...request('fails') },
      '/forbidden': { ...files, ...request('forbidden') },
      '/relative': { ...files, ...request('relative') },
      '/a.*': { ...files, ...response('response') },
      '/nowhere/*': { origin: new HttpOrigin('origin.example.com') },
      'behind/*': { ...everything, origin: new HttpOrigin(hostOf(http), { originPath: '/behind' }) },
      '/closed*': { origin: S3BucketOrigin.withOriginAccessControl(closed) },
      '/socket.io*': socket,
      '/prod*': { ...everything, origin: new HttpOrigin(hostOf(sockets)) },
    },
    errorResponses: [
      { httpStatus: 404, responseHttpStatus: 200, responsePagePath: '/errors/sorry.html' },
      { httpStatus: 405, responseHttpStatus: 405, responsePagePath: '/errors/missing.html' },
      { httpStatus: 414, responseHttpStatus: 414, responsePagePath: '/mirror/sorry' },
    ],
  });
}

function headersPolicy(stack: Stack): cloudfront.ResponseHeadersPolicy {
  return new cloudfront.ResponseHeadersPolicy(stack, 'Headers', {
    corsBehavior: {
      accessControlAllowOrigins: ['https://a.example', '*.b.example'],
      accessControlAllowMethods: ['GET'],
      accessControlAllowHeaders: ['x-one'],
      accessControlAllowCredentials: true,
      originOverride: true,
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'X-Own', value: 'policy', override: false },
        { header: 'X-New', value: 'policy', override: false },
        { header: 'Content-Type', value: 'text/plain', override: true },
      ],
    },
    removeHeaders: ['Server'],
  });
}

/** Files of a folder, and ones with values that are known only when the app is deployed. */
function deploy(stack: Stack, http: HttpApi, site: IBucket, closed: IBucket): void {
  const files = Source.asset(folder('site'));
  new BucketDeployment(stack, 'Deployment', {
    sources: [files, Source.data('url.txt', `at ${http.apiEndpoint}!`)],
    destinationBucket: site,
    exclude: ['*.txt'],
    include: ['a.txt', 'url.txt', 'folder/*'],
    cacheControl: [CacheControl.noCache()],
    metadata: { Made: 'here' },
  });
  new BucketDeployment(stack, 'Values', {
    sources: [Source.jsonData('values.json', { url: http.apiEndpoint, five: 5, quoted: `"${http.apiId}"` })],
    destinationBucket: site,
    destinationKeyPrefix: 'generated',
    prune: false,
  });
  new BucketDeployment(stack, 'ClosedFiles', {
    sources: [files],
    destinationBucket: closed,
    destinationKeyPrefix: 'closed',
  });
}
