import type { z } from 'zod';
import type { Log } from '../log.ts';
import type { Authorizer, Integration } from './model.ts';
import type * as cfn from './resources.ts';

/** What a route's `Target` names, such as `integrations/abc1234`. A route may have none. */
export function integrationOf(
  target: string | undefined,
  integrations: ReadonlyMap<string, z.infer<typeof cfn.Integration>>,
  protocol: 'WEBSOCKET' | 'HTTP' | undefined,
  log: Log,
): Integration | undefined {
  const integration = target && integrations.get(target.replace(/^integrations\//, ''));
  if (!integration) return undefined;
  if (integration.IntegrationType === 'MOCK') return { type: 'mock' };
  const functionArn = functionArnIn(integration.IntegrationUri ?? '');
  const payload = integration.PayloadFormatVersion ?? '1.0';
  const unsupported =
    integration.IntegrationType !== 'AWS_PROXY' || !functionArn
      ? `a ${integration.IntegrationType} integration`
      : protocol === 'HTTP' && payload !== '2.0' && `payload format ${payload}`;
  if (unsupported) log(`API ${integration.ApiId}: ${unsupported} cannot be run locally and will fail`);
  // An empty ARN is a function that does not exist: the route fails as AWS lets a broken integration fail.
  return {
    type: 'lambda',
    functionArn: unsupported ? '' : (functionArn ?? ''),
    timeoutMs: integration.TimeoutInMillis ?? (protocol === 'HTTP' ? 30_000 : 29_000),
  };
}

/** Who decides about a route's requests. */
export function authorizerOf(
  route: z.infer<typeof cfn.Route>,
  authorizers: ReadonlyMap<string, z.infer<typeof cfn.Authorizer>>,
): Authorizer | undefined {
  if (route.AuthorizationType === 'NONE') return undefined;
  if (route.AuthorizationType === 'AWS_IAM') return { type: 'iam' };
  const authorizer = authorizers.get(route.AuthorizerId ?? '');
  if (!authorizer)
    throw new Error(`Route ${route.RouteKey} names the authorizer ${route.AuthorizerId}, which is not there`);
  const identitySources = authorizer.IdentitySource;
  if (authorizer.AuthorizerType === 'JWT') return { type: 'jwt', identitySources };
  return {
    type: 'request',
    functionArn: functionArnIn(authorizer.AuthorizerUri ?? '') ?? '',
    identitySources,
  };
}

/** The function of `arn:…:path/2015-03-31/functions/<arn>/invocations`, or of a plain function ARN. */
function functionArnIn(uri: string): string | undefined {
  return /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? /^arn:[^:]+:lambda:.+$/.exec(uri)?.[0];
}
