import type { ServerResponse } from 'node:http';
import type { Settings } from '../settings.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** API Gateway's own answers: `{"message":"…"}`. */
export function messageAnswer(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): HttpAnswer {
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { 'content-type': 'application/json', ...headers }, cookies: [], body };
}

export const internalServerError = messageAnswer(500, 'Internal Server Error');

/**
 * Reads what a Lambda returned. With a `statusCode` it is a response; without one it is the body itself, as JSON with
 * status 200. What is neither is 500.
 *
 * "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function readResponse(payload: unknown, settings: Settings): HttpAnswer {
  const result: Record<string, unknown> =
    typeof payload === 'object' && payload !== null ? { ...payload } : {};
  if (result.statusCode === undefined) return inferredAnswer(payload);
  const status = Number(result.statusCode);
  const { body = '', headers, cookies } = result;
  if (!Number.isInteger(status) || status < 200 || status > 599) return internalServerError;
  if (body !== null && typeof body !== 'string') return internalServerError;
  const given = Object.entries({ ...(headers as object | undefined) });
  return {
    status,
    headers: {
      'content-type': settings.defaultContentType,
      ...Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)])),
    },
    cookies: Array.isArray(cookies) ? cookies.map(String) : [],
    body: Buffer.from(body ?? '', result.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function inferredAnswer(payload: unknown): HttpAnswer {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(body),
  };
}

/** What the Lambda returned may be no valid HTTP: that is an integration failure like any other. */
export function sendAnswer(res: ServerResponse, answer: HttpAnswer, requestId: string): void {
  try {
    writeAnswer(res, answer, requestId);
  } catch {
    writeAnswer(res, internalServerError, requestId);
  }
}

function writeAnswer(res: ServerResponse, answer: HttpAnswer, requestId: string): void {
  res.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.cookies.length > 0 && { 'set-cookie': [...answer.cookies] }),
    ...(answer.status !== 204 && { 'content-length': answer.body.length }),
    'apigw-requestid': requestId,
  });
  res.end(answer.body);
}
