import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Actor } from '../../shared/chat/moderation/require-moderator.ts';
import { ChatError, toChatError } from '../../shared/protocol/errors.ts';
import { badRequest, toIssue } from '../../shared/protocol/parse.ts';
import { log } from '../context/observe.ts';

const MAX_BODY_BYTES = 64 * 1024;

export interface Env {
  Variables: {
    /** The caller, on routes that need credentials. */
    actor: Actor;
  };
}

/** What every function of the HTTP API does with any request: limits, headers, errors. */
export function newApp(): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw new ChatError('BAD_REQUEST', { issues: result.error.issues.map(toIssue) });
    },
  });

  // Browsers must not render an answer of the API, or run anything in it.
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      xFrameOptions: 'DENY',
      crossOriginResourcePolicy: 'cross-origin',
    }),
  );
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  });

  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new ChatError('TOO_LARGE');
      },
    }),
  );

  app.notFound((c) => c.json({ message: 'Not Found' }, 404));

  app.onError((error, c) => {
    const requestId = crypto.randomUUID();
    const refusal = toChatError(fromHono(error), requestId);
    if (refusal.code === 'INTERNAL') log.error('request failed', { requestId, error });
    const { retryAfterMs } = refusal.details;
    if (retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
    if (refusal.code === 'UNAUTHORIZED') c.header('WWW-Authenticate', 'Bearer');
    return c.json({ error: refusal.toData() }, refusal.status as ContentfulStatusCode);
  });
  return app;
}

/** What hono itself refuses, as the error that the caller gets: a body that is not JSON, or lacks the content type. */
export function fromHono(error: Error): Error {
  if (!(error instanceof HTTPException) || error.status >= 500) return error;
  return noJson();
}

export const noJson = () =>
  badRequest('', 'the body must be JSON, with the header content-type: application/json');
