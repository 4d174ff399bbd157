import type { Context } from 'hono';
import type { Actor } from '../../shared/chat/moderation/require-moderator.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { authenticate } from '../context/authenticate.ts';

/**
 * Who calls, on a route that not everybody may use. Without an issuer API Gateway has checked the caller's IAM credentials
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html); if it says nothing of
 * them, the route has not been changed yet and nobody is let in. Throws `UNAUTHORIZED`.
 */
export async function actorOf(c: Context): Promise<Actor> {
  if (!authenticate) {
    const name = callerOf(c);
    if (name === undefined) throw new ChatError('UNAUTHORIZED');
    return { name, rights: ['operate'] };
  }
  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  const { participantId, rights } = await authenticate(token);
  return { name: participantId, participantId, rights };
}

type WithCaller = { requestContext?: { authorizer?: { iam?: { userArn?: string } } } };

const callerOf = (c: Context): string | undefined =>
  (c.env?.event as WithCaller | undefined)?.requestContext?.authorizer?.iam?.userArn;
