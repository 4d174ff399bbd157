import { Duration, Validations } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  IpAddressType,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type HttpRoute, httpRoutes } from '../../shared/protocol/http-routes.ts';
import type { Settings } from '../context-settings.ts';
import { accessLogs } from './access-logs.ts';
import { ChatFunction } from './chat-function.ts';
import { eventsAndRates, posts, runsWindows } from './grants.ts';
import type { ManagementApi } from './management-api.ts';
import { oneAfterTheOther } from './one-after-the-other.ts';

/** The HTTP API. Everybody may read; other requests need a token of the issuer or, without an issuer, IAM credentials. */
export class EventsHttpApi extends Construct {
  readonly api: HttpApi;
  readonly #inTurn = oneAfterTheOther();

  constructor(
    scope: Construct,
    id: string,
    { settings, table, management }: { settings: Settings; table: ITable; management: ManagementApi },
  ) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `${settings.name} HTTP`,
      createDefaultStage: false,
      ipAddressType: IpAddressType.DUAL_STACK,
      corsPreflight: {
        allowOrigins: settings.corsOrigins,
        allowMethods: [
          CorsHttpMethod.GET,
          CorsHttpMethod.POST,
          CorsHttpMethod.PUT,
          CorsHttpMethod.PATCH,
          CorsHttpMethod.DELETE,
        ],
        // `amz-sdk-*` and the rest of `x-amz-*` are what the AWS SDK's signer and middleware send.
        allowHeaders: [
          'authorization',
          'content-type',
          'amz-sdk-invocation-id',
          'amz-sdk-request',
          'x-amz-content-sha256',
          'x-amz-date',
          'x-amz-security-token',
          'x-amz-user-agent',
        ],
        exposeHeaders: ['location', 'link', 'retry-after'],
        maxAge: Duration.hours(1),
      },
    });
    const events = new ChatFunction(this, 'Events', {
      entry: 'http/events',
      settings,
      table,
      itemActions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
      partitions: eventsAndRates,
      queriesIndex: true,
    });
    const moderation = new ChatFunction(this, 'Moderation', {
      entry: 'http/moderation',
      settings,
      table,
      itemActions: runsWindows,
      queriesIndex: true,
      management: { api: management, methods: posts },
      // API Gateway waits no longer.
      timeout: Duration.seconds(29),
    });
    this.#addRoutes(({ access }) => access === 'everybody', events, 'Everybody may read events.');
    const isVerified = 'The function verifies the token, so that a refusal has an error code of the chat.';
    const why = settings['auth.issuer'] === undefined ? undefined : isVerified;
    this.#addRoutes(({ access, tells }) => access === 'operators' && !tells, events, why);
    this.#addRoutes(({ access, tells }) => access === 'moderators' || tells === true, moderation, why);
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.throttleRate, burstLimit: settings.throttleBurst },
      ...accessLogs(this, 'AccessLogs', settings, [
        'requestTime',
        'routeKey',
        'status',
        'requestId',
        'identity.sourceIp',
        'responseLatency',
        'integrationLatency',
        'integrationErrorMessage',
      ]),
    });
    // It deploys whatever changes, so it comes after all of that.
    this.#inTurn(stage);
  }

  /** Adds routes to a function. They need IAM credentials, unless there is a reason to leave them open in the API itself. */
  #addRoutes(which: (route: HttpRoute) => boolean, { lambda }: ChatFunction, whyOpen?: string): void {
    const integration = new HttpLambdaIntegration('Integration', lambda);
    for (const { path, method } of Object.values<HttpRoute>(httpRoutes).filter(which)) {
      const methods = [HttpMethod[method.toUpperCase() as Uppercase<typeof method>]];
      const authorizer = whyOpen === undefined ? new HttpIamAuthorizer() : new HttpNoneAuthorizer();
      for (const added of this.api.addRoutes({ path, methods, integration, authorizer })) {
        this.#inTurn(added);
        if (whyOpen === undefined) continue;
        Validations.of(added).acknowledge({ id: 'AwsSolutions-APIG4', reason: whyOpen });
      }
    }
  }
}
