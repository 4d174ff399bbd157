import type { Http } from './http.ts';
import type { Events } from './types.ts';

export const createEvents = (http: Http): Events => ({
  list: (query) => http('', { query, isPublic: true }),
  get: (eventId) => http(pathOf(eventId), { isPublic: true }),
  create: (body) => http('', { method: 'POST', body }),
  update: (eventId, body) => http(pathOf(eventId), { method: 'PATCH', body }),
});

/** Below `/api/events`. */
export const pathOf = (eventId: string): string => `/${encodeURIComponent(eventId)}`;

/** All pages of a list. */
export async function listAll<Key extends string, T>(http: Http, path: string, key: Key): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 100, cursor };
    const page = await http<{ [K in Key]: T[] } & { nextCursor?: string }>(path, { query });
    all.push(...page[key]);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
