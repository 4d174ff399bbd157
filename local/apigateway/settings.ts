/**
 * What AWS does not document, or documents without exact values. Each default is the likeliest reading; pass another
 * one to `createApiGateway` when a real deployment is seen to differ.
 */
export interface Settings {
  /** `requestContext.domainName`. By default the host of the origin, as with a custom domain name. */
  readonly domainName: (apiId: string, originHost: string) => string;
  /** What all APIs of an account and region share: requests per second and burst. */
  readonly accountThrottle: { readonly ratePerSecond: number; readonly burst: number };
  /** New WebSocket connections of an account and region; only the rate is documented. */
  readonly connectThrottle: { readonly ratePerSecond: number; readonly burst: number };

  /** Status of an upgrade to a path that is no stage. */
  readonly unknownStageStatus: number;
  /** Status of an upgrade whose `$connect` integration ran out of time. */
  readonly connectTimeoutStatus: number;
  /** Status of an upgrade whose `$connect` function Lambda throttled. */
  readonly connectThrottledStatus: number;
  /** Status of an upgrade whose `$connect` integration returned no usable `statusCode`. */
  readonly malformedConnectStatus: number;
  /** Whether headers of `$connect`'s result other than `Sec-WebSocket-Protocol` are put into the 101. */
  readonly copyConnectHeaders: boolean;
  /** How long a WebSocket API waits for a Lambda authorizer. */
  readonly authorizerTimeoutMs: number;

  /** Largest frame a client may send, bytes. */
  readonly frameBytes: number;
  /** Largest message of a client, bytes. */
  readonly messageBytes: number;
  /**
   * Largest body of `PostToConnection`, bytes. The page of quotas has 128 KB for a payload, but says as well that the limit
   * of 32 KB for a frame applies to `@connections`, where nobody can split a message into frames. `strictPosts` is safe.
   */
  readonly postBytes: number;
  /** `message` of the frame that answers a throttled message. */
  readonly throttledMessage: string;
  /** Whether a throttled message also closes the connection, with 1008. */
  readonly closeWhenThrottled: boolean;
  /** Whether pings and pongs of the client count as activity. */
  readonly controlFramesResetIdle: boolean;
  /** What a two-way route answers when its Lambda's result has no `body`: nothing, or the result as JSON. */
  readonly twoWayWithoutBody: 'nothing' | 'result';
  /** What a two-way route answers when its Lambda's `statusCode` is not 2xx. */
  readonly twoWayErrorStatus: 'body' | 'internal-server-error';

  readonly closeReasons: {
    readonly binary: string;
    readonly tooLarge: string;
    readonly throttled: string;
    readonly maximumDuration: string;
  };
  /** Close code the client sees after `DeleteConnection`. */
  readonly deleteCloseCode: number;
  /** `disconnectReason` of a connection that was lost without a close frame. */
  readonly lostConnectionReason: string;
  /** How long a closing connection may take to answer the close frame. */
  readonly closeTimeoutMs: number;

  /** Bytes waiting for a slow client above which `PostToConnection` answers 429. */
  readonly clientBufferBytes: number;

  /** Status of a CORS preflight that an HTTP API answers itself. */
  readonly preflightStatus: number;
  /** Content types that an HTTP API hands to a Lambda as text; everything else, forms too, comes as base64. */
  readonly textContentTypes: RegExp;
  /** `content-type` of an HTTP API response whose Lambda gave a `statusCode` but no content type. */
  readonly defaultContentType: string;
  /** Whether an HTTP API answers 503, as for a timeout, when Lambda throttled its function; else 500. */
  readonly unavailableWhenThrottled: boolean;
  /** `message` of an HTTP API's answers. */
  readonly httpMessages: {
    readonly timeout: string;
    readonly tooManyRequests: string;
    readonly tooLarge: string;
  };
}

export const defaultSettings: Settings = {
  domainName: (_apiId, originHost) => originHost,
  accountThrottle: { ratePerSecond: 10_000, burst: 5_000 },
  connectThrottle: { ratePerSecond: 500, burst: 500 },

  unknownStageStatus: 403,
  connectTimeoutStatus: 504,
  connectThrottledStatus: 500,
  malformedConnectStatus: 502,
  copyConnectHeaders: false,
  authorizerTimeoutMs: 10_000,

  frameBytes: 32_768,
  messageBytes: 131_072,
  postBytes: 131_072,
  throttledMessage: 'Too Many Requests',
  closeWhenThrottled: false,
  controlFramesResetIdle: false,
  twoWayWithoutBody: 'nothing',
  twoWayErrorStatus: 'body',

  closeReasons: { binary: '', tooLarge: '', throttled: '', maximumDuration: 'Going away' },
  deleteCloseCode: 1000,
  lostConnectionReason: 'Connection closed abnormally',
  closeTimeoutMs: 2_000,

  clientBufferBytes: 1_048_576,

  preflightStatus: 204,
  textContentTypes: /^(text\/|application\/(json|javascript|xml)\s*(;|$))/i,
  defaultContentType: 'text/plain; charset=utf-8',
  unavailableWhenThrottled: true,
  httpMessages: {
    timeout: 'Service Unavailable',
    tooManyRequests: 'Too Many Requests',
    tooLarge: 'Request Entity Too Large',
  },
};

/** The stricter reading of the quota on posts. */
export const strictPosts: Partial<Settings> = { postBytes: 32_768 };
