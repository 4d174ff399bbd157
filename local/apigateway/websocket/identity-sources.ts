import type { UpgradeRequest } from './connect-event.ts';

/**
 * Whether every identity source of an authorizer is there and not empty: `route.request.header.X`,
 * `route.request.querystring.X`, `context.X`, `stageVariables.X`, each with or without a `$` before it. If one is not,
 * the client gets 401 and the authorizer is not invoked.
 *
 * "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function hasIdentity(request: UpgradeRequest, sources: readonly string[]): boolean {
  return sources.every((source) => !!identityAt(request, source.replace(/^\$/, '')));
}

function identityAt(request: UpgradeRequest, source: string): string | undefined {
  const [, place, name = ''] =
    /^(route\.request\.header|route\.request\.querystring|context|stageVariables)\.(.+)$/.exec(source) ?? [];
  switch (place) {
    case 'route.request.header':
      return request.headers.find(([header]) => header.toLowerCase() === name.toLowerCase())?.[1];
    case 'route.request.querystring':
      return request.query.get(name) ?? undefined;
    case 'stageVariables':
      return request.facts.stageVariables[name];
    case 'context':
      return contextOf(request)[name];
    default:
      return undefined;
  }
}

const contextOf = ({ facts, requestId }: UpgradeRequest): Record<string, string | undefined> => ({
  routeKey: '$connect',
  eventType: 'CONNECT',
  stage: facts.stage,
  apiId: facts.apiId,
  connectionId: facts.connectionId,
  domainName: facts.domainName,
  requestId,
  extendedRequestId: requestId,
  'identity.sourceIp': facts.identity.sourceIp,
  'identity.userAgent': facts.identity.userAgent,
});
