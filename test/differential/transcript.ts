/** What one client has heard, in order. */
export interface Entry {
  /** `life`: connect, disconnect, connect_error. `ack`: the answer to something the client asked. */
  kind: 'event' | 'ack' | 'life';
  /** The name of the event; of the action, for an ack. */
  name: string;
  data: unknown;
  /** It carried a recovery offset. Compared for `newMessage` only, which has to carry one. */
  offset?: 'string';
}

/** Everybody's entries, by the client's name, in order of first connecting. */
export type Transcripts = Record<string, Entry[]>;

/**
 * An event as it came. A recovery offset is one more string behind the data: what it says is the server's business,
 * so only its type is kept.
 */
export function eventEntry(name: string, args: readonly unknown[]): Entry {
  const [data, offset, ...more] = args;
  if (args.length < 2) return { kind: 'event', name, data };
  if (typeof offset !== 'string' || more.length > 0) return { kind: 'event', name, data: args };
  return name === 'newMessage'
    ? { kind: 'event', name, data, offset: 'string' }
    : { kind: 'event', name, data };
}

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
  const kindOf = ({ name }: Entry) => (name === 'newMessage' ? 'message' : 'event');
  return Object.fromEntries(
    Object.entries(transcripts).map(([client, entries]) => [
      client,
      entries.map((entry) => ({ ...entry, data: entity(entry.data, kindOf(entry)) })),
    ]),
  );
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
