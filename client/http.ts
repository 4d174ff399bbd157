import type { ErrorCode, ErrorData } from '../shared/protocol/errors.ts';
import { ChatError } from './chat-error.ts';

export interface HttpOptions {
  /** `https://…/api/events` */
  url: string;
  fetch: typeof fetch | undefined;
  token(): Promise<string | undefined>;
}

export interface HttpRequest {
  method?: string;
  body?: object;
  query?: object;
  /** What everybody may read needs no token, and with one no cache would share it. */
  isPublic?: boolean;
}

export type Http = <T>(path: string, request?: HttpRequest) => Promise<T>;

/** What API Gateway says itself has no code. */
const codes: Record<number, ErrorCode> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'EVENT_NOT_FOUND',
  413: 'TOO_LARGE',
  429: 'RATE_LIMITED',
};

/** Requests to the HTTP API. Rejects with a `ChatError`, whatever went wrong. */
export function createHttp({ url, fetch, token }: HttpOptions): Http {
  return async <T>(path: string, { method = 'GET', body, query = {}, isPublic }: HttpRequest = {}) => {
    try {
      const shown = isPublic ? undefined : await token();
      const given = Object.entries(query).filter(([, value]) => value !== undefined);
      const search = new URLSearchParams(given.map(([name, value]) => [name, `${value}`]));
      const response = await (fetch ?? globalThis.fetch)(
        `${url}${path}${given.length > 0 ? `?${search}` : ''}`,
        {
          method,
          headers: {
            ...(body && { 'content-type': 'application/json' }),
            ...(shown !== undefined && { authorization: `Bearer ${shown}` }),
          },
          ...(body && { body: JSON.stringify(body) }),
        },
      );
      const text = await response.text();
      if (response.ok) return (text ? JSON.parse(text) : {}) as T;
      throw new ChatError(errorIn(text) ?? { code: codes[response.status] ?? 'INTERNAL' });
    } catch (error) {
      throw error instanceof ChatError ? error : new ChatError({ code: 'INTERNAL' });
    }
  };
}

function errorIn(text: string): ErrorData | undefined {
  try {
    return (JSON.parse(text) as { error?: ErrorData }).error;
  } catch {
    return undefined;
  }
}
