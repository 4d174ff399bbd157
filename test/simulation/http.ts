import { type HttpRoute, httpRoutes } from '../../shared/protocol/http-routes.ts';
import type { Simulated } from './code.ts';
import type { Lambda } from './lambda.ts';

/** Who calls, by their IAM credentials. */
const CALLER = 'arn:aws:iam::123456789012:user/backend';

/** A request to the HTTP API; resolves to its answer, or to undefined if there was none. */
export async function request(
  lambda: Lambda,
  method: HttpRoute['method'],
  pathAndQuery: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> } | undefined> {
  const [path = '', rawQueryString = ''] = pathAndQuery.split('?');
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString,
    headers: { host: 'api', 'content-type': 'application/json' },
    requestContext: {
      authorizer: { iam: { userArn: CALLER } },
      http: {
        method: method.toUpperCase(),
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: '',
      },
      requestId: 'request',
      stage: '$default',
    },
    isBase64Encoded: false,
    ...(body && { body: JSON.stringify(body) }),
  };
  const outcome = await lambda.invoke(functionOf(method, path), event);
  if (outcome.state !== 'returned') return undefined;
  const { statusCode, body: text } = outcome.value as { statusCode: number; body?: string };
  return { status: statusCode, body: text ? JSON.parse(text) : {} };
}

/** As the routes are given to functions: infra/constructs/http-api.ts. */
function functionOf(method: string, path: string): Simulated {
  const segments = path.split('/').length;
  const found = Object.values<HttpRoute>(httpRoutes).find(
    (route) =>
      route.method === method &&
      route.path.split('/').length === segments &&
      route.path.split('/').every((part, index) => part.startsWith('{') || part === path.split('/')[index]),
  );
  const isModerated = found?.access === 'moderators' || found?.tells === true;
  return isModerated ? 'http/moderation' : 'http/events';
}
