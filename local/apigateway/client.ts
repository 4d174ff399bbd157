import type { IncomingMessage } from 'node:http';
import { newTraceId } from './identifiers.ts';

/** The client's address, an IPv4 one without its IPv6 mapping. */
export const sourceIp = (req: IncomingMessage): string =>
  (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '');

/** `[name, value]` of each header line, in the case and order in which the client sent them. */
export function headerLines(req: IncomingMessage): [name: string, value: string][] {
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    lines.push([req.rawHeaders[i] ?? '', req.rawHeaders[i + 1] ?? '']);
  }
  return lines;
}

/** The headers that API Gateway adds to each request. An `X-Forwarded-For` of the client is prolonged, not trusted. */
export function addedHeaders(req: IncomingMessage, origin: URL, nowMs: number): [string, string][] {
  const already = req.headers['x-forwarded-for'];
  const traceId = req.headers['x-amzn-trace-id'];
  const defaultPort = origin.protocol === 'https:' ? '443' : '80';
  return [
    ['X-Amzn-Trace-Id', typeof traceId === 'string' ? traceId : newTraceId(nowMs)],
    ['X-Forwarded-For', already === undefined ? sourceIp(req) : `${already}, ${sourceIp(req)}`],
    ['X-Forwarded-Port', origin.port || defaultPort],
    ['X-Forwarded-Proto', origin.protocol.replace(':', '')],
  ];
}

/** Path and query string of a request's target, undecoded. */
export function targetOf(req: IncomingMessage): { path: string; query: string } {
  const url = req.url ?? '/';
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

/** Of the path, undecoded; empty if there is none. */
export const firstSegment = (req: IncomingMessage): string => targetOf(req).path.split('/')[1] ?? '';

/**
 * The API that a request is for because its path begins with `/{apiId}`, which takes the place of the API's own host on
 * AWS. It is cut off: on AWS it would not be in the path.
 */
export function takeApiId(req: IncomingMessage, isApiId: (id: string) => boolean): string | undefined {
  const apiId = firstSegment(req);
  if (!isApiId(apiId)) return undefined;
  const rest = req.url?.slice(1 + apiId.length) ?? '';
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  return apiId;
}

/** Percent-decodes; what cannot be decoded stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
