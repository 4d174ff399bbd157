/** The APIs of the templates as the gateway runs them. */
export interface ApiModel {
  readonly webSocketApis: readonly WebSocketApi[];
  readonly httpApis: readonly HttpApi[];
}

export interface WebSocketApi {
  readonly apiId: string;
  /** Such as `$request.body.action`. */
  readonly routeSelectionExpression: string;
  readonly routes: ReadonlyMap<string, WebSocketRoute>;
  readonly stages: readonly Stage[];
}

export interface WebSocketRoute {
  readonly routeKey: string;
  readonly integration: Integration | undefined;
  readonly authorizer: Authorizer | undefined;
  /** A two-way route sends what its integration returns back to the client. */
  readonly twoWay: boolean;
}

export interface HttpApi {
  readonly apiId: string;
  readonly routes: readonly HttpRoute[];
  readonly stages: readonly Stage[];
  readonly cors: Cors | undefined;
}

export interface HttpRoute {
  /** `METHOD /path/{parameter}`, `ANY /path`, or `$default`. */
  readonly routeKey: string;
  readonly integration: Integration | undefined;
  readonly authorizer: Authorizer | undefined;
}

export interface Stage {
  readonly apiId: string;
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly defaultThrottle: ThrottleLimit;
  readonly routeThrottles: ReadonlyMap<string, ThrottleLimit>;
}

export interface ThrottleLimit {
  readonly ratePerSecond?: number | undefined;
  readonly burst?: number | undefined;
}

export type Integration =
  | { readonly type: 'lambda'; readonly functionArn: string; readonly timeoutMs: number }
  /** Answers 200 with nothing. */
  | { readonly type: 'mock' };

export type Authorizer =
  /** `AWS_IAM`. */
  | { readonly type: 'iam' }
  | { readonly type: 'jwt'; readonly identitySources: readonly string[] }
  | { readonly type: 'request'; readonly functionArn: string; readonly identitySources: readonly string[] };

export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly allowCredentials: boolean;
}
