import type { IncomingMessage } from 'node:http';
import { addedHeaders, headerLines, targetOf } from '../client.ts';
import {
  type AuthorizerContext,
  type ConnectionFacts,
  requestContext,
  stageVariablesOf,
} from './request-context.ts';

/** The upgrade request as `$connect` and its authorizer get it. */
export interface UpgradeRequest {
  readonly facts: ConnectionFacts;
  readonly requestId: string;
  readonly nowMs: number;
  /** All header lines, with those that API Gateway adds. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly query: URLSearchParams;
}

export function readUpgradeRequest(
  req: IncomingMessage,
  origin: URL,
  given: { facts: ConnectionFacts; requestId: string; nowMs: number },
): UpgradeRequest {
  const added = addedHeaders(req, origin, given.nowMs);
  const isAdded = new Set(added.map(([name]) => name.toLowerCase()));
  const sent = headerLines(req).filter(([name]) => !isAdded.has(name.toLowerCase()));
  return { ...given, headers: [...sent, ...added], query: new URLSearchParams(targetOf(req).query) };
}

/**
 * The `$connect` event. Header names keep the client's case, `Connection` and `Upgrade` are not there, and the keys
 * of the query string are absent when there is none.
 *
 * "Manage connected users and client apps: $connect and $disconnect routes":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export function connectEvent(request: UpgradeRequest, authorizer: AuthorizerContext | undefined) {
  const headers = request.headers.filter(([name]) => !/^(connection|upgrade)$/i.test(name));
  return {
    ...single('headers', headers),
    ...multiple('multiValueHeaders', headers),
    ...queryOf(request),
    ...stageVariablesOf(request.facts),
    requestContext: connectContext(request, authorizer),
    isBase64Encoded: false,
  };
}

/**
 * The event of a `REQUEST` authorizer. Unlike the `$connect` event it has `Connection`, `Upgrade` and a
 * `content-length` of 0.
 *
 * "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function authorizerEvent(request: UpgradeRequest, methodArn: string) {
  const fixed: [string, string][] = [
    ['Connection', 'upgrade'],
    ['content-length', '0'],
    ['Upgrade', 'websocket'],
  ];
  const others = request.headers.filter(([name]) => !/^(connection|upgrade|content-length)$/i.test(name));
  const headers = [...fixed, ...others];
  return {
    type: 'REQUEST',
    methodArn,
    ...single('headers', headers),
    ...multiple('multiValueHeaders', headers),
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    ...queryOf(request),
    stageVariables: request.facts.stageVariables,
    requestContext: connectContext(request, undefined),
  };
}

const connectContext = (
  { facts, requestId, nowMs }: UpgradeRequest,
  authorizer: AuthorizerContext | undefined,
) => requestContext(facts, authorizer, { routeKey: '$connect', eventType: 'CONNECT', requestId, nowMs });

function queryOf({ query }: UpgradeRequest) {
  if (query.size === 0) return {};
  const pairs = [...query];
  return {
    ...single('queryStringParameters', pairs),
    ...multiple('multiValueQueryStringParameters', pairs),
  };
}

type Pairs = readonly (readonly [name: string, value: string])[];

/** Of a repeated name the last value. */
const single = (key: string, pairs: Pairs) => ({ [key]: Object.fromEntries(pairs) });

/** A map until it is whole: a client may call a parameter `constructor` or `__proto__`. */
const multiple = (key: string, pairs: Pairs) => {
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return { [key]: Object.fromEntries(all) };
};
