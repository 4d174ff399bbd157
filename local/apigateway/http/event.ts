import type { IncomingMessage } from 'node:http';
import { addedHeaders, decode, headerLines, sourceIp, targetOf } from '../client.ts';
import type { Gateway } from '../gateway.ts';
import { commonLogTime } from '../identifiers.ts';
import type { Stage } from '../model.ts';
import type { RouteMatch } from './router.ts';

/** Headers between two hops, which no Lambda sees. */
const hopByHop = /^(connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/;

/**
 * The event of payload format 2.0. Header names are in lower case, repeated headers and parameters are joined by
 * commas, cookies are out of the headers, and what is empty is absent.
 *
 * "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(
  gateway: Gateway,
  req: IncomingMessage,
  { route, pathParameters }: RouteMatch,
  request: { stage: Stage; body: Buffer; requestId: string; authorizer: Record<string, unknown> | undefined },
) {
  const { stage, body, requestId, authorizer } = request;
  const nowMs = gateway.clock.now();
  const { path: encodedPath, query } = targetOf(req);
  // HTTP APIs hand on the path decoded, also as `rawPath`; the query string stays as it was sent.
  const path = decode(encodedPath);
  const { headers, cookies } = headersOf(gateway, req, nowMs);
  const domainName = gateway.settings.domainName(stage.apiId, gateway.origin.host);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query !== '' && { queryStringParameters: joined([...new URLSearchParams(query)]) }),
    requestContext: {
      accountId: gateway.accountOf(stage.apiId).accountId,
      apiId: stage.apiId,
      ...(authorizer && { authorizer }),
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: {
        method: req.method ?? 'GET',
        path,
        protocol: `HTTP/${req.httpVersion}`,
        sourceIp: sourceIp(req),
        userAgent: req.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: route.routeKey,
      stage: stage.name,
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...bodyOf(gateway, req, body),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...(Object.keys(stage.variables).length > 0 && { stageVariables: stage.variables }),
  };
}

function headersOf(gateway: Gateway, req: IncomingMessage, nowMs: number) {
  const added = joined(
    addedHeaders(req, gateway.origin, nowMs).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const sent = headerLines(req).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const kept = sent.filter(([name]) => name !== 'cookie' && !hopByHop.test(name));
  const cookies = sent.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split(/;\s*/));
  return { headers: { ...joined(kept), ...added }, cookies: cookies.filter((cookie) => cookie !== '') };
}

function bodyOf({ settings }: Gateway, req: IncomingMessage, body: Buffer) {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = settings.textContentTypes.test(req.headers['content-type'] ?? '');
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/** A map until it is whole: a client may call a parameter `constructor` or `__proto__`. */
function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = all.get(name);
    all.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(all);
}
