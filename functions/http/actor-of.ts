import type { Context } from 'hono';
import type { Actor } from '../../shared/chat/moderation/require-moderator.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { authenticate } from '../context/authenticate.ts';

/**
 * The caller of a route that needs credentials. Without an issuer, API Gateway has checked the caller's IAM credentials
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html). If
 * the request context has no caller, the deployment has not reached the route yet, and the request is refused. Throws
 * `UNAUTHORIZED`.
 */
export async function actorOf(c: Context): Promise<Actor> {
  if (!authenticate) {
    const name = callerOf(c);
    if (name === undefined) throw new ChatError('UNAUTHORIZED');
    return { name, rights: ['operate'] };
  }
  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  const { participantId, username, rights } = await authenticate(token);
  return { name: participantId, participantId, username, rights };
}

type WithCaller = { requestContext?: { authorizer?: { iam?: { userArn?: string } } } };

const callerOf = (c: Context): string | undefined =>
  (c.env?.event as WithCaller | undefined)?.requestContext?.authorizer?.iam?.userArn;
