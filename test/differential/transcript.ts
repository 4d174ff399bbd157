import type { Heard } from '../support/socket-client.ts';

/** Everybody's entries, by the client's name, in order of first connecting. */
export type Transcripts = Record<string, Heard[]>;

/**
 * Replaces what differs by nature (ids, tokens, times) by placeholders, numbered as they first appear: equal values stay
 * equal, different ones different. Other tests' events share the server: lists keep only those in `ownEvents`.
 */
export function normalise(transcripts: Transcripts, ownEvents: ReadonlySet<string>): Transcripts {
  const placeholders = new Map<string, string>();
  const counts = new Map<string, number>();

  function placeholder(kind: string, value: unknown): unknown {
    if (typeof value !== 'string') return value;
    const key = `${kind} ${value}`;
    const known = placeholders.get(key);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    placeholders.set(key, `${kind}#${count}`);
    return `${kind}#${count}`;
  }

  /** `kind` is that of the entity whose field it is. */
  function field(key: string, value: unknown, kind: string): unknown {
    if (key === 'id') return placeholder(kind, value);
    if (key === 'eventId') return placeholder('event', value);
    if (key === 'participantToken') return placeholder('token', value);
    if (key === 'sid') return placeholder('sid', value);
    if (key.endsWith('At') && ISO_TIME.test(String(value))) return placeholder('time', value);
    if (key === 'events' && Array.isArray(value)) return entity(value.filter(isOwn), 'event');
    return entity(value, key.replace(/s$/, ''));
  }

  function entity(value: unknown, kind: string): unknown {
    if (Array.isArray(value)) return value.map((item) => entity(item, kind));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).filter(([key]) => key !== 'nextCursor');
    return Object.fromEntries(fields.map(([key, item]) => [key, field(key, item, kind)]));
  }

  const isOwn = (event: { id: string }) => ownEvents.has(event.id);
  const kindOf = ({ name }: Heard) => (name === 'newMessage' ? 'message' : 'event');
  return Object.fromEntries(
    Object.entries(transcripts).map(([client, entries]) => [
      client,
      entries.map((entry) => ({ ...entry, data: entity(entry.data, kindOf(entry)) })),
    ]),
  );
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
