import { Names, Token } from 'aws-cdk-lib';
import type { CfnApi, HttpApi, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type HttpRoute, httpRoutes } from '../shared/protocol/http-routes.ts';
import type { Entry } from './built.ts';
import { ChatFunction } from './constructs/chat-function.ts';
import { Delivery } from './constructs/delivery.ts';
import { ChatEdge } from './constructs/edge.ts';
import { EventsHttpApi } from './constructs/http-api.ts';
import { LogPermission } from './constructs/log-permission.ts';
import { Observability } from './constructs/observability.ts';
import { Publication } from './constructs/publication.ts';
import { chatTable } from './constructs/table.ts';
import { ChatWebSocketApi } from './constructs/websocket-api.ts';
import { LOCAL, readSettings, type Settings, SettingsError } from './context-settings.ts';
import type { SettingsProps } from './settings-props.ts';

/**
 * Every setting of docs/settings.md by its name, but for `account`, `region` and `tags`, which are those of the stack. All have
 * defaults; that of `name` is the path of the construct. Values that are known only at deployment, such as the ARN of a
 * certificate of the same app, are taken as they are.
 */
export interface LiveEventChatProps extends SettingsProps {
  /** A table of the chat that is defined elsewhere, with its stream. Without it, and without `tableName`, there is a new one. */
  readonly table?: ITable;
}

/** Every function by the path of its code in `functions/`; the one that publishes is there if there is a bus. */
export type ChatFunctions = Readonly<
  Record<Exclude<Entry, 'stream/publish'>, LambdaFunction> & Partial<Record<Entry, LambdaFunction>>
>;

export interface ReviewOptions {
  /** `review.timeoutMs` */
  readonly timeoutMs?: number;
  /** `review.fallback` */
  readonly fallback?: Settings['review.fallback'];
}

/** A chat: table, WebSocket API, HTTP API, functions, delivery, and the edge with its page unless `edge` is `false`. */
export class LiveEventChat extends Construct {
  readonly table: ITable;
  readonly webSocketApi: WebSocketApi;
  readonly httpApi: HttpApi;
  /** Of the WebSocket API. */
  readonly stage: WebSocketStage;
  readonly functions: ChatFunctions;
  /** The metrics, the dashboard, the alarms and the topics that they tell. */
  readonly observability: Observability;
  /** CloudFront in front of the page and both APIs. */
  readonly edge: ChatEdge | undefined;
  /** `wss://{api}.execute-api.{region}.amazonaws.com/prod` */
  readonly webSocketUrl: string;
  /** `https://{api}.execute-api.{region}.amazonaws.com/api/events` */
  readonly eventsUrl: string;
  /** Where connections are posted to: `https://{api}.execute-api.{region}.amazonaws.com/prod`. */
  readonly managementUrl: string;
  readonly #settings: Settings;
  readonly #webSocket: ChatWebSocketApi;

  /** Throws `SettingsError` for settings that are invalid. */
  constructor(scope: Construct, id: string, { table: given, ...props }: LiveEventChatProps = {}) {
    super(scope, id);
    const chosen = Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
    const name = Names.uniqueResourceName(this, { maxLength: 40, separator: '-' });
    const settings = this.#read({ name, ...chosen });
    if (given !== undefined && settings.tableName !== undefined) {
      throw new SettingsError('Invalid settings:\n  tableName: has no effect with table');
    }
    this.#settings = settings;
    const table = given ?? chatTable(this, 'Table', settings);
    const webSocket = new ChatWebSocketApi(this, 'WebSocket', { settings, table });
    const { management } = webSocket;
    const http = new EventsHttpApi(this, 'Http', { settings, table, management });
    const { deadLetters } = new Delivery(this, 'Delivery', { settings, table, api: management });
    const busArn = settings['events.busArn'];
    const publication =
      busArn === undefined ? undefined : new Publication(this, 'Publication', { settings, table, busArn });
    this.observability = new Observability(this, 'Observability', {
      ...{ settings, table, deadLetters },
      ...{ webSocket: webSocket.stage, http: http.api },
      publicationDeadLetters: publication?.deadLetters,
    });
    if (settings.createApiGatewayAccountRole) {
      webSocket.stage.node.addDependency(
        new LogPermission(this, 'LogPermission', webSocket.api.node.defaultChild as CfnApi),
      );
    }
    if (settings.edge) {
      this.edge = new ChatEdge(this, 'Edge', { settings, http: http.api, webSocket: webSocket.api });
    }
    this.#webSocket = webSocket;
    this.table = table;
    this.webSocketApi = webSocket.api;
    this.httpApi = http.api;
    this.stage = webSocket.stage;
    this.webSocketUrl = webSocket.stage.url;
    this.eventsUrl = `${http.api.apiEndpoint}/api/events`;
    this.managementUrl = management.endpoint;
    const functions = this.node.findAll().filter((one) => one instanceof ChatFunction);
    this.functions = Object.fromEntries(
      functions.map(({ entry, lambda }) => [entry, lambda]),
    ) as unknown as ChatFunctions;
  }

  /** Undefined with `dashboard: false`. */
  get dashboard(): Dashboard | undefined {
    return this.observability.dashboard;
  }

  /** Lets a backend publish messages and reactions. Only without an issuer: with one, the backend needs a token. */
  grantPublish(grantee: IGrantable): Grant {
    return this.#grantRoutes(grantee, [httpRoutes.publishMessage, httpRoutes.postReactions]);
  }

  /** Lets a backend moderate and publish, in every event. Only without an issuer. */
  grantModerate(grantee: IGrantable): Grant {
    return this.#grantRoutes(
      grantee,
      Object.values<HttpRoute>(httpRoutes).filter(({ access }) => access === 'moderators'),
    );
  }

  /** Lets a backend do everything that the HTTP API can: it may also create and delete events, and export them. Only without an issuer. */
  grantOperate(grantee: IGrantable): Grant {
    return this.#grantRoutes(
      grantee,
      Object.values<HttpRoute>(httpRoutes).filter(({ access }) => access !== 'everybody'),
    );
  }

  /**
   * Has a function review each message before anybody gets it, as the settings `review.*` do (docs/review.md). Throws
   * `SettingsError` if there is one already.
   */
  addReview({ functionArn }: IFunction, { timeoutMs, fallback }: ReviewOptions = {}): void {
    if (this.#settings['review.function'] !== undefined) {
      throw new SettingsError('There is a function already that reviews messages.');
    }
    const settings = this.#read({
      ...this.#settings,
      'review.function': functionArn,
      ...(timeoutMs !== undefined && { 'review.timeoutMs': timeoutMs }),
      ...(fallback !== undefined && { 'review.fallback': fallback }),
    });
    Object.assign(this.#settings, settings);
    this.#webSocket.mayAsk(functionArn);
  }

  /** Throws `SettingsError`. */
  #read(settings: Readonly<Record<string, unknown>>): Settings {
    const isLocal = this.node.tryGetContext(LOCAL) === true;
    return readSettings(settings, { isLocal, isToken: Token.isUnresolved });
  }

  #grantRoutes(grantee: IGrantable, routes: readonly HttpRoute[]): Grant {
    if (this.#settings['auth.issuer'] !== undefined) {
      throw new SettingsError(
        'With auth.issuer, rights come from tokens (auth.operatorScope, auth.moderatorScope), not from IAM.',
      );
    }
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: routes.map(({ method, path }) =>
        this.httpApi.arnForExecuteApi(method.toUpperCase(), path.replace(/\{\w+\}/g, '*'), '$default'),
      ),
    });
  }
}
