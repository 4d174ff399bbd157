import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createMiddleware } from 'hono/factory';
import { LONE_SURROGATE } from '../../shared/protocol/characters.ts';
import { badRequest } from '../../shared/protocol/parse.ts';

type Body = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>;

/** Refuses a body that is not UTF-8, which would be stored with other characters than it was sent with. */
export const requireUtf8 = createMiddleware(async (c, next) => {
  const event = c.env?.event as Body | undefined;
  if (event && !hasUtf8(event)) throw badRequest('', 'the body must be valid UTF-8');
  await next();
});

/**
 * Whether the body of a request was UTF-8. API Gateway gives most content types in base64, and JSON as text, in which
 * U+FFFD stands for what it could not decode. A U+FFFD that was sent takes the three bytes that it takes in UTF-8.
 */
export function hasUtf8({ body = '', isBase64Encoded, headers }: Body): boolean {
  if (isBase64Encoded) return isUtf8(Buffer.from(body, 'base64'));
  if (LONE_SURROGATE.test(body)) return false;
  const length = headers['content-length'];
  return !body.includes('\ufffd') || length === undefined || Number(length) === Buffer.byteLength(body);
}
