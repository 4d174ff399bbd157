import type { Place } from '../../protocol/offset.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import type { Wire } from '../../protocol/wire.ts';
import { messageBytes } from '../../store/log.ts';
import { pack } from './frames.ts';
import { type Listener, type Stretch, tell } from './tell.ts';

/** What the frames of one window may come to together, bytes: whoever's do not fit is served by the next one. */
const WINDOW_BYTES = 24 * 1024 * 1024;
/** What other events than messages come to at most, bytes, about. */
const OTHER_BYTES = 12_000;
/** What one member who is behind is told in a window of the log, bytes, about; the next one goes on. */
const BEHIND_BYTES = 512 * 1024;

/** A stretch as some hear it: the frames, where each takes them, and where they are when they have had all. */
export interface Version {
  frames: readonly string[];
  reached: readonly Place[];
  end: Place;
}

/** A part of the log: after a number (exclusive), up to another. */
export interface Span {
  after: number;
  upTo: number;
}

/** What a window has to tell: what the windows before it have told to all but some, as far as that was read, and what is new. */
export interface Material extends Stretch {
  /** The last number of the log that was told before. */
  delivered: number;
  /** What was read of what was told before, in order. */
  spans: readonly Span[];
}

type Audience = Listener & { wire: Wire };

const NOTHING: readonly ServerEvent[] = [];

/**
 * `versionFor` makes the version of a listener; undefined: not in this window. Most are at the same place and nobody talks of them: all of one
 * wire share one object, encoded once. The frames of one window are bounded, whatever places and names there are. `endFrom` says how far
 * it takes whoever is at a place; undefined: what comes next was not read. `besides` is heard after it, whatever the place: the same for many.
 */
export interface Composer {
  versionFor(listener: Audience, from: Place, besides?: readonly ServerEvent[]): Version | undefined;
  endFrom(from: Place): Place | undefined;
}

export function composer(stretch: Material): Composer {
  const made = new Map<string, Version>();
  const endAfter = new Map<string, Place | undefined>();
  const mentionedAfter = new Map<number, Set<string>>();
  let bytesLeft = WINDOW_BYTES;
  function isMentioned(id: string, { presence }: Place): boolean {
    const mentioned = mentionedAfter.get(presence) ?? mentionedIn(stretch, presence);
    mentionedAfter.set(presence, mentioned);
    return mentioned.has(id);
  }
  const allBesides: (readonly ServerEvent[])[] = [];
  const placeKey = ({ seq, presence }: Place) => `${seq} ${presence}`;
  function endFrom(from: Place): Place | undefined {
    const place = placeKey(from);
    if (!endAfter.has(place)) endAfter.set(place, endOf(stretch, from));
    return endAfter.get(place);
  }
  function versionFor(
    listener: Audience,
    from: Place,
    besides: readonly ServerEvent[] = NOTHING,
  ): Version | undefined {
    if (!allBesides.includes(besides)) allBesides.push(besides);
    const self = isMentioned(listener.participant.id, from) ? listener.connectionId : '';
    const key = `${listener.wire} ${placeKey(from)} ${self} ${allBesides.indexOf(besides)}`;
    const known = made.get(key);
    if (known) return known;
    const end = endFrom(from);
    if (!end || bytesLeft <= 0) return undefined;
    const version = compose({ ...stretch, end }, listener, from, besides);
    made.set(key, version);
    for (const { length } of version.frames) bytesLeft -= length;
    return version;
  }
  return { versionFor, endFrom };
}

function compose(
  stretch: Stretch,
  listener: Audience,
  from: Place,
  besides: readonly ServerEvent[],
): Version {
  const frames = pack(listener.wire, [...tell(stretch, from, listener), ...besides]);
  return {
    frames: frames.map(({ text }) => text),
    reached: frames.map(({ offset: { seq, presence } = { ...from } }) => ({ seq, presence })),
    end: stretch.end,
  };
}

/** How far one window takes whoever is at a place. Undefined: what comes next was not read. */
function endOf({ log, history, end, delivered, spans }: Material, from: Place): Place | undefined {
  if (from.seq >= delivered) return end;
  const readUpTo = readFrom(spans, from.seq);
  if (readUpTo === undefined) return undefined;
  let bytes = 0;
  let seq = readUpTo < delivered ? readUpTo : end.seq;
  for (const event of log) {
    if (event.seq <= from.seq) continue;
    if (event.seq > seq) break;
    bytes += event.event === 'newMessage' ? messageBytes(event.data) : OTHER_BYTES;
    if (bytes <= BEHIND_BYTES) continue;
    seq = event.seq;
    break;
  }
  if (seq === end.seq) return end;
  // Who came and went up to there.
  const presence = history.findLast(({ upTo }) => upTo <= seq)?.number ?? from.presence;
  return { seq, presence: Math.max(from.presence, presence) };
}

/** Up to where the log was read from a number on, without a gap. */
function readFrom(spans: readonly Span[], seq: number): number | undefined {
  let reached = seq;
  for (const { after, upTo } of spans) if (after <= reached && upTo > reached) reached = upTo;
  return reached > seq ? reached : undefined;
}

/** The participants that are told of after a presence record, by name. */
function mentionedIn({ history }: Stretch, presence: number): Set<string> {
  const ids = new Set<string>();
  for (const { number, changes } of history) {
    if (number <= presence) continue;
    for (const { id } of changes.joined) ids.add(id);
    for (const { id } of changes.left) ids.add(id);
    for (const { is } of changes.renamed) ids.add(is.id);
  }
  return ids;
}
