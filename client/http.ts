import type { ErrorCode, ErrorData } from '../shared/protocol/errors.ts';
import { ChatError, fault } from './chat-error.ts';

export interface HttpOptions {
  /** `https://…/api/events` */
  url: string;
  fetch: typeof fetch | undefined;
  token(): Promise<string | undefined>;
}

export interface HttpRequest {
  method?: string;
  body?: object;
  query?: object | undefined;
  /** What everybody may read needs no token; with one, no cache would share it. */
  isPublic?: boolean;
}

export type Http = <T>(path: string, request?: HttpRequest) => Promise<T>;

/** What API Gateway says itself has no code. */
const codes: Record<number, ErrorCode> = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 429: 'RATE_LIMITED' };

/** Requests to the HTTP API. Rejects with a `ChatError`, whatever went wrong. */
export const createHttp =
  ({ url, fetch = globalThis.fetch, token }: HttpOptions): Http =>
  async <T>(path: string, { method = 'GET', body, query, isPublic }: HttpRequest = {}) => {
    let error: ChatError;
    try {
      const shown = isPublic ? undefined : await token();
      // JSON leaves out what is undefined.
      const search = `${new URLSearchParams(JSON.parse(JSON.stringify(query ?? {})))}`;
      const response = await fetch(url + path + (search && `?${search}`), {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(shown && { authorization: `Bearer ${shown}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      if (response.ok) return (await response.json()) as T;
      const refusal: { error?: ErrorData } = await response.json().catch(() => ({}));
      error = new ChatError(refusal.error ?? { code: codes[response.status] ?? 'INTERNAL' });
    } catch {
      error = fault();
    }
    throw error;
  };
