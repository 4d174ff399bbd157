import type { IncomingMessage } from 'node:http';
import type { Account } from '../../cloudformation/physical-id.ts';
import { targetOf } from '../client.ts';
import type { Gateway } from '../gateway.ts';
import type { Authorizer } from '../model.ts';
import { type HttpAnswer, internalServerError, messageAnswer } from './response.ts';

/** What an authorizer said: an answer to send instead, or `requestContext.authorizer`. */
export type Authorization =
  | { readonly ok: true; readonly context: Record<string, unknown> | undefined }
  | { readonly ok: false; readonly answer: HttpAnswer };

/** Who calls IAM routes: the account itself, in the shape of `requestContext.authorizer.iam`. */
const callerIn = ({ accountId }: Account) => ({
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  accountId,
  callerId: accountId,
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: `arn:aws:iam::${accountId}:root`,
  userId: accountId,
});

/**
 * IAM routes are open, because the local stack listens on loopback only. A JWT route wants a token but does not verify
 * it. A Lambda authorizer is not run: its routes answer 500.
 *
 * "Control access to HTTP APIs with JWT authorizers in API Gateway":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function authorizeRequest(
  gateway: Gateway,
  apiId: string,
  authorizer: Authorizer | undefined,
  req: IncomingMessage,
): Authorization {
  if (authorizer === undefined) return { ok: true, context: undefined };
  if (authorizer.type === 'iam') {
    gateway.log('routes with IAM authorization are open: signatures are not enforced locally');
    return { ok: true, context: { iam: callerIn(gateway.accountOf(apiId)) } };
  }
  if (authorizer.type === 'request') {
    gateway.log('Lambda authorizers of HTTP APIs are not run locally: their routes answer 500');
    return { ok: false, answer: internalServerError };
  }
  const token = tokenOf(req, authorizer.identitySources);
  if (!token) {
    const headers = { 'www-authenticate': 'Bearer' };
    return { ok: false, answer: messageAnswer(401, 'Unauthorized', headers) };
  }
  gateway.log('Tokens of JWT authorizers are not verified locally: any token is taken');
  return { ok: true, context: { jwt: { claims: claimsOf(token), scopes: null } } };
}

/** The first identity source that is there: `$request.header.X` or `$request.querystring.X`. */
function tokenOf(req: IncomingMessage, sources: readonly string[]): string | undefined {
  const query = new URLSearchParams(targetOf(req).query);
  for (const source of sources) {
    const [, place, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
    const value = place === 'header' ? req.headers[name.toLowerCase()] : query.get(name);
    if (typeof value === 'string' && value !== '') return value.replace(/^Bearer /i, '');
  }
  return undefined;
}

/** The claims of a token as text, as the event has them; none if it cannot be read. */
function claimsOf(token: string): Record<string, string> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return Object.fromEntries(
      Object.entries({ ...(claims as object) }).map(([name, value]) => [name, String(value)]),
    );
  } catch {
    return {};
  }
}
