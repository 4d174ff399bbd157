import type { Context } from 'hono';
import { type Actor, idOfActor } from '../../shared/chat/moderation/require-moderator.ts';
import { rateLimit } from '../../shared/chat/rate-limit.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { authenticate } from '../context/authenticate.ts';
import { chat } from '../context/chat.ts';

/**
 * The caller of a route that needs credentials; if it writes, for one request of their allowance. Without an issuer, API Gateway has checked the caller's IAM credentials
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html). If
 * the request context has no caller, the deployment has not reached the route yet, and the request is refused. Throws
 * `UNAUTHORIZED`, `RATE_LIMITED`.
 */
export async function actorOf(c: Context): Promise<Actor> {
  const actor = await authenticated(c);
  // Also of those who have no right to it: each refusal is audited.
  if (c.req.method !== 'GET') await rateLimit(chat, [idOfActor(actor)], 'write');
  return actor;
}

async function authenticated(c: Context): Promise<Actor> {
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
