import { type IncomingMessage, ServerResponse } from 'node:http';
import { headerLines, targetOf } from '../apigateway/client.ts';

/** A request on its way through a distribution. */
export interface EdgeRequest {
  readonly method: string;
  /** The path as it was sent, without the query string. */
  readonly uri: string;
  /** Without `?`; empty if there is none. */
  readonly query: string;
  readonly headers: readonly HeaderLine[];
}

export type HeaderLine = readonly [name: string, value: string];

/** A response on its way back. */
export interface EdgeAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

export function edgeRequest(req: IncomingMessage): EdgeRequest {
  const { path, query } = targetOf(req);
  return { method: req.method ?? 'GET', uri: path, query, headers: headerLines(req) };
}

/** Makes a request what CloudFront would send to the origin; its body stays. */
export function becomes(req: IncomingMessage, { method, uri, query, headers }: EdgeRequest): void {
  req.method = method;
  req.url = query === '' ? uri : `${uri}?${query}`;
  req.rawHeaders = headers.flat();
  const joined: Record<string, string> = {};
  for (const [line, value] of headers) {
    const name = line.toLowerCase();
    joined[name] =
      joined[name] === undefined ? value : `${joined[name]}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  req.headers = joined;
}

/** Stands for the response of an origin on this machine, and keeps what it is given instead of sending it. */
export class OriginResponse extends ServerResponse {
  readonly answer: Promise<EdgeAnswer | undefined>;
  #settle: (answer: EdgeAnswer | undefined) => void = () => {};

  constructor(req: IncomingMessage) {
    super(req);
    this.answer = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of node:http
  override writeHead(status: number, ...rest: any[]): this {
    this.statusCode = status;
    for (const [name, value] of Object.entries(rest.at(-1) ?? {})) this.setHeader(name, value as string);
    return this;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of node:http
  override end(...[body]: any[]): this {
    const headers: Record<string, string | readonly string[]> = {};
    for (const [name, value] of Object.entries(this.getHeaders())) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value : String(value);
    }
    const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.alloc(0);
    this.#settle({ status: this.statusCode, headers, body: bytes });
    return this;
  }

  /** The origin hung up without an answer. */
  override destroy(): this {
    this.#settle(undefined);
    return this;
  }
}
