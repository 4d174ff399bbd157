import type { Event, Message } from '../shared/protocol/entities.ts';
import type { Http } from './http.ts';
import type { Person } from './types.ts';

/** A part of a log, oldest first. */
export interface MessagesPage {
  messages: Message[];
  hasMore: boolean;
  /** Of a page around a time: whether there are older ones. */
  hasMoreBefore?: boolean;
  /** Of a page `after` a message: what was deleted, and up to where the page reaches. */
  deletedSeqs?: number[];
  upTo?: number;
}

/** The HTTP API. Each rejects with a `ChatError`. */
export interface Events {
  /** Those that are active, or have ended: newest first. */
  list(options?: {
    status?: 'active' | 'ended';
    limit?: number;
    cursor?: string;
  }): Promise<{ events: Event[]; nextCursor?: string }>;
  get(eventId: string): Promise<Event>;
  /** The newest, those `before` or `after` a `seq`, or those around a time (`at`, ISO 8601): 50 unless told. */
  messages(
    eventId: string,
    options?: { before?: number; after?: number; at?: string; limit?: number },
  ): Promise<MessagesPage>;
  /** Both need the right to operate. An update without changes tells the rules that only operators see. */
  create(event: {
    name: string;
    description?: string;
    startsAt?: string;
    endsAt?: string;
    hosts?: Person[];
  }): Promise<Event>;
  update(eventId: string, changes: Record<string, unknown>): Promise<Event & { blockedWords?: string[] }>;
}

export const createEvents = (http: Http): Events => ({
  list: (query) => http('', { query, isPublic: true }),
  get: (eventId) => http(pathOf(eventId), { isPublic: true }),
  messages: (eventId, query) => http(`${pathOf(eventId)}/messages`, { query, isPublic: true }),
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
