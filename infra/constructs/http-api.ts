import { Duration, Validations } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { accessLogs } from './access-logs.ts';
import { ChatFunction } from './chat-function.ts';

const reads = ['/api/events', '/api/events/{id}', '/api/events/{id}/messages', '/openapi.json'];
const writes: readonly [HttpMethod, string][] = [
  [HttpMethod.POST, '/api/events'],
  [HttpMethod.PATCH, '/api/events/{id}'],
];

/** The HTTP API: one function behind it. Everybody reads; writing is an operator's act and needs SigV4. */
export class EventsHttpApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { settings, table }: { settings: Settings; table: TableV2 }) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `${settings.name} HTTP`,
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: settings.corsOrigins,
        allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PATCH],
        allowHeaders: ['authorization', 'content-type', 'x-amz-date', 'x-amz-security-token'],
        exposeHeaders: ['location'],
        maxAge: Duration.hours(1),
      },
    });
    const { lambda } = new ChatFunction(this, 'Events', {
      entry: 'http/events',
      settings,
      table,
      itemActions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
      queriesIndex: true,
    });
    const integration = new HttpLambdaIntegration('EventsIntegration', lambda);
    for (const path of reads) {
      for (const route of this.api.addRoutes({ path, methods: [HttpMethod.GET], integration })) {
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'Reading events is open to everybody.',
        });
      }
    }
    const authorizer = new HttpIamAuthorizer();
    for (const [method, path] of writes) {
      this.api.addRoutes({ path, methods: [method], integration, authorizer });
    }
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.throttleRate, burstLimit: settings.throttleBurst },
      accessLogSettings: accessLogs(this, 'AccessLogs', settings, [
        'requestTime',
        'routeKey',
        'status',
        'requestId',
        'identity.sourceIp',
        'responseLatency',
        'integrationLatency',
        'integrationErrorMessage',
        'error.message',
      ]),
    });
  }
}
