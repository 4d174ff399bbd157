import { z } from 'zod';
import { allows, policyDocumentSchema } from '../../iam-policy.ts';
import { executeApiArn, type Gateway } from '../gateway.ts';
import type { Authorizer } from '../model.ts';
import { authorizerEvent, type UpgradeRequest } from './connect-event.ts';
import { hasIdentity } from './identity-sources.ts';
import type { AuthorizerContext } from './request-context.ts';

const authorizerResultSchema = z.object({
  principalId: z.string(),
  policyDocument: policyDocumentSchema,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
});

export type Authorization =
  | { readonly ok: true; readonly context: AuthorizerContext | undefined }
  | { readonly ok: false; readonly status: 401 | 403 | 500 };

/**
 * Asks the authorizer of `$connect`, if there is one. Its result holds for the whole connection and is never cached.
 *
 * 401: an identity source is missing, or the function threw `Unauthorized`. 403: the policy does not allow it.
 * 500: the function failed in another way, or returned what is no authorizer result.
 *
 * "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export async function authorizeConnect(
  gateway: Gateway,
  authorizer: Authorizer | undefined,
  request: UpgradeRequest,
): Promise<Authorization> {
  if (authorizer === undefined) return { ok: true, context: undefined };
  if (authorizer.type !== 'request') {
    gateway.log('IAM authorization is not enforced locally: $connect is open');
    return { ok: true, context: undefined };
  }
  if (!hasIdentity(request, authorizer.identitySources)) return { ok: false, status: 401 };

  const { apiId, stage } = request.facts;
  const methodArn = executeApiArn(gateway.accountOf(apiId), `${apiId}/${stage}/$connect`);
  const outcome = await gateway.integrations.call(
    authorizer.functionArn,
    authorizerEvent(request, methodArn),
    gateway.settings.authorizerTimeoutMs,
  );
  if (outcome.kind === 'failed' && outcome.error.errorMessage === 'Unauthorized')
    return { ok: false, status: 401 };
  if (outcome.kind !== 'returned') return { ok: false, status: 500 };
  const result = authorizerResultSchema.safeParse(outcome.payload);
  if (!result.success) return { ok: false, status: 500 };
  if (!allows(result.data.policyDocument.Statement, 'execute-api:Invoke', methodArn))
    return { ok: false, status: 403 };

  const context = Object.entries(result.data.context ?? {}).filter(([, value]) => value !== null);
  return {
    ok: true,
    context: {
      ...Object.fromEntries(context.map(([name, value]) => [name, String(value)])),
      principalId: result.data.principalId,
      integrationLatency: outcome.latencyMs,
    },
  };
}
