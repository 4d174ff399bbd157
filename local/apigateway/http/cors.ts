import type { IncomingMessage } from 'node:http';
import type { Cors } from '../model.ts';
import type { HttpAnswer } from './response.ts';

/**
 * The answer to a preflight, which an API with a CORS configuration gives itself, without route or authorizer.
 *
 * "Configure CORS for HTTP APIs in API Gateway":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 *
 * @returns `undefined` if the request is no preflight
 */
export function preflight(
  cors: Cors | undefined,
  req: IncomingMessage,
  status: number,
): HttpAnswer | undefined {
  const isPreflight =
    req.method === 'OPTIONS' && !!req.headers.origin && !!req.headers['access-control-request-method'];
  if (!cors || !isPreflight) return undefined;
  const allowed = originHeaders(cors, req);
  const headers = Object.keys(allowed).length === 0 ? {} : { ...allowed, ...preflightHeaders(cors) };
  return { status, headers, cookies: [], body: Buffer.alloc(0) };
}

/** Puts the API's CORS headers in the place of those that the Lambda returned, which an API with CORS ignores. */
export function withCors(cors: Cors | undefined, req: IncomingMessage, answer: HttpAnswer): HttpAnswer {
  if (!cors) return answer;
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...answer, headers: { ...Object.fromEntries(own), ...originHeaders(cors, req) } };
}

function originHeaders(cors: Cors, req: IncomingMessage): Record<string, string> {
  const origin = req.headers.origin;
  if (!origin) return {};
  const isAny = cors.allowOrigins.includes('*');
  if (!isAny && !cors.allowOrigins.some((allowed) => matchesOrigin(allowed, origin))) return {};
  return {
    'access-control-allow-origin': isAny ? '*' : origin,
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposeHeaders.length > 0 && { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
  };
}

/** An origin as it is, or every one of a scheme: `https://*`. */
const matchesOrigin = (allowed: string, origin: string): boolean =>
  allowed.endsWith('://*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin;

function preflightHeaders(cors: Cors): Record<string, string> {
  return {
    ...(cors.allowMethods.length > 0 && { 'access-control-allow-methods': cors.allowMethods.join(',') }),
    ...(cors.allowHeaders.length > 0 && { 'access-control-allow-headers': cors.allowHeaders.join(',') }),
    ...(cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}
