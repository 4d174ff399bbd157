import { Duration, Validations } from 'aws-cdk-lib';
import { IpAddressType, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type Action, moderationActions } from '../../shared/protocol/client-to-server.ts';
import type { Entry } from '../built.ts';
import type { Settings } from '../context-settings.ts';
import { accessLogs } from './access-logs.ts';
import { ChatFunction, type ChatFunctionProps, type ManagementMethod } from './chat-function.ts';
import { connectionsOnly, joins, posts, readsForConnection, runsWindows, tellsAudience } from './grants.ts';
import { ManagementApi } from './management-api.ts';
import { oneAfterTheOther } from './one-after-the-other.ts';

export const STAGE = 'prod';

/** What API Gateway has routes for: the actions, and its own three. */
type RouteKey = Action | '$connect' | '$disconnect' | '$default';

type Grants = Pick<ChatFunctionProps, 'itemActions' | 'partitions' | 'queriesIndex'> & {
  methods?: readonly ManagementMethod[];
  /** Whether it asks the operator's function, if there is one, about messages. */
  reviews?: boolean;
};

/** Every function: the keys of its routes, its id, its entry point, and what it may do. */
const functions: readonly [
  routeKeys: RouteKey | readonly RouteKey[],
  id: string,
  entry: Entry,
  grants: Grants,
][] = [
  ['$connect', 'Connect', 'websocket/connect', { itemActions: ['PutItem'], partitions: connectionsOnly }],
  ['$disconnect', 'Disconnect', 'websocket/disconnect', { itemActions: runsWindows, methods: posts }],
  ['joinEvent', 'JoinEvent', 'websocket/join-event', { itemActions: joins, methods: posts }],
  ['watchEvent', 'WatchEvent', 'websocket/watch-event', { itemActions: joins, methods: posts }],
  ['leaveEvent', 'LeaveEvent', 'websocket/leave-event', { itemActions: runsWindows, methods: posts }],
  [
    'sendMessage',
    'SendMessage',
    'websocket/send-message',
    { itemActions: runsWindows, methods: posts, reviews: true },
  ],
  ['typing', 'Typing', 'websocket/typing', { itemActions: tellsAudience, methods: posts }],
  ['react', 'React', 'websocket/react', { itemActions: runsWindows, methods: posts }],
  [
    'getActiveEvents',
    'GetActiveEvents',
    'websocket/get-active-events',
    {
      itemActions: ['GetItem', 'BatchGetItem', 'UpdateItem'],
      partitions: readsForConnection,
      queriesIndex: true,
      methods: posts,
    },
  ],
  [
    'getHistory',
    'GetHistory',
    'websocket/get-history',
    {
      itemActions: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'],
      partitions: readsForConnection,
      methods: posts,
    },
  ],
  [moderationActions, 'Moderate', 'websocket/moderate', { itemActions: runsWindows, methods: posts }],
  // Every action of Socket.IO clients comes here.
  [
    '$default',
    'DefaultRoute',
    'websocket/default',
    { itemActions: joins, queriesIndex: true, methods: posts, reviews: true },
  ],
];

/** The WebSocket API: the routes and their functions, one stage, its management API. */
export class ChatWebSocketApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;
  readonly management: ManagementApi;
  /** The functions that ask the operator's function about messages. */
  readonly #asking: ChatFunction[] = [];

  constructor(scope: Construct, id: string, { settings, table }: { settings: Settings; table: ITable }) {
    super(scope, id);
    const api = new WebSocketApi(this, 'Api', {
      apiName: `${settings.name} WebSocket`,
      routeSelectionExpression: '$request.body.action',
      ipAddressType: IpAddressType.DUAL_STACK,
    });
    this.api = api;
    this.management = new ManagementApi(api, STAGE);
    const inTurn = oneAfterTheOther();
    for (const [routeKeys, functionId, entry, { methods, reviews, ...grants }] of functions) {
      const chatFunction = new ChatFunction(this, functionId, {
        entry,
        settings,
        table,
        ...grants,
        ...(methods && { management: { api: this.management, methods } }),
      });
      const integration = new WebSocketLambdaIntegration(`${functionId}Integration`, chatFunction.lambda);
      for (const routeKey of [routeKeys].flat()) inTurn(api.addRoute(routeKey, { integration }));
      if (reviews) this.#asking.push(chatFunction);
      if (routeKeys === '$connect') chatFunction.mayInvoke(this.#open(settings, table), 'OPEN_FUNCTION');
    }
    const reviewer = settings['review.function'];
    if (reviewer !== undefined) this.mayAsk(reviewer);
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: STAGE,
      autoDeploy: true,
      throttle: { rateLimit: settings.throttleRate, burstLimit: settings.throttleBurst },
      ...accessLogs(this, 'AccessLogs', settings, [
        'requestTime',
        'routeKey',
        'eventType',
        'status',
        'requestId',
        'connectionId',
        'identity.sourceIp',
        'integration.latency',
        'integration.status',
        'integration.error',
      ]),
    });
    // It deploys whatever changes, so it comes after all of that.
    inTurn(this.stage);
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Guests may join, and the functions verify tokens: an authorizer could not say why it refuses a connection.',
    });
  }

  /** Lets the functions that send ask this one about messages. */
  mayAsk(reviewerArn: string): void {
    for (const chatFunction of this.#asking) chatFunction.mayInvokeArn(reviewerArn);
  }

  /**
   * Sends Socket.IO clients their first packet, which `$connect` cannot do itself. After a minute it is given up: the client
   * has tried again by then.
   */
  #open(settings: Settings, table: ITable): ChatFunction {
    const open = new ChatFunction(this, 'Open', {
      entry: 'websocket/open',
      settings,
      table,
      itemActions: ['GetItem'],
      partitions: connectionsOnly,
      // And where that is refused as too fast: asking whose fault it is.
      management: { api: this.management, methods: ['POST', 'GET'] },
    });
    open.lambda.configureAsyncInvoke({ maxEventAge: Duration.minutes(1), retryAttempts: 0 });
    return open;
  }
}
