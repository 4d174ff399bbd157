import type { Author, Event } from '../../protocol/entities.ts';
import { limits } from '../../protocol/limits.ts';
import { encodeOffset } from '../../protocol/offset.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import type { Wire } from '../../protocol/wire.ts';
import { getEvent } from '../../store/events.ts';
import type { LogEntry } from '../../store/log.ts';
import type { PresenceChanges } from '../../store/presence-history.ts';
import type { OutboxEntry } from '../../store/presence-outbox.ts';
import type { Table } from '../../store/table.ts';
import { type Frame, type Outgoing, pack } from './frames.ts';
import { announce, nameKey, tabKey } from './presence-changes.ts';

/** What a window has to tell. */
export interface Story {
  eventId: string;
  /** In order; members get what is after their position. */
  log: readonly (ServerEvent & { seq: number })[];
  /** The log that everybody has had once this is told. */
  upTo: number;
  changes: PresenceChanges;
  /** Whether several joins or leaves are told as one: in large audiences. */
  summarize: boolean;
  /** The numbers of the last news before this and with this. */
  news: { before: number; now: number };
}

/** The entries that clients hear of, as the events that they hear. */
export async function eventsOf(
  table: Table,
  eventId: string,
  entries: readonly LogEntry[],
): Promise<Story['log']> {
  let now: Event | undefined;
  const events: (ServerEvent & { seq: number })[] = [];
  for (const entry of entries) {
    const { seq } = entry;
    if (entry.kind === 'message') events.push({ seq, event: 'newMessage', data: entry.message });
    if (entry.kind === 'deleted') {
      const [first, ...more] = entry.messages;
      const which = first && more.length === 0 ? first : { messages: entry.messages };
      events.push({ seq, event: 'messageDeleted', data: { eventId, ...which } });
    }
    if (entry.kind !== 'ended' && entry.kind !== 'updated') continue;
    now ??= await getEvent(table, eventId);
    const event = entry.kind === 'ended' ? 'eventEnded' : 'eventUpdated';
    if (now) events.push({ seq, event, data: { event: now } });
  }
  return events;
}

/**
 * The events of a story for one recipient, in order: everything after the seq `from`, but not the coming or renaming of
 * `self` (a person under a name). Whoever is cut off in the middle has news of who came and left told again.
 */
export function tell(
  { eventId, log, upTo, changes, summarize, news }: Story,
  from: number,
  self: string,
): Outgoing[] {
  const { joined, left, renamed, participantCount } = changes;
  const all = { participantCount, summarize };
  const one = { participantCount, summarize: false };
  const others = <Change>(people: Change[], person: (change: Change) => Author) =>
    people.filter((change) => nameKey(person(change)) !== self);

  const told: Outgoing[] = [];
  let seq = from;
  const add = (event: ServerEvent) =>
    told.push({ ...event, seq, offset: encodeOffset({ eventId, seq, news: news.before }) });
  for (const { was, is } of others(renamed, (change) => change.is)) {
    for (const event of announce('userLeft', eventId, [was], one)) add(event);
    for (const event of announce('userJoined', eventId, [is], one)) add(event);
  }
  for (const event of announce(
    'userJoined',
    eventId,
    others(joined, (person) => person),
    all,
  ))
    add(event);
  for (const { seq: number, ...event } of log) {
    if (number <= from) continue;
    seq = number;
    add(event);
  }
  for (const event of announce('userLeft', eventId, left, all)) add(event);
  const last = told.at(-1);
  if (last) last.seq = Math.max(from, upTo);
  if (last) last.offset = encodeOffset({ eventId, seq: Math.max(from, upTo), news: news.now });
  return told;
}

interface Listener {
  connectionId: string;
  participant: { id: string };
  wire: Wire;
}

/** A story as some hear it: the frames, and which seq each takes them to. */
export interface Version {
  frames: readonly string[];
  reached: readonly number[];
}

/**
 * Makes the version of a member. Most are at the same place and have no part in the news: all of one wire share one
 * object, encoded once.
 */
export function composer(
  story: Story,
  notes: readonly OutboxEntry[],
): (listener: Listener, from: number) => Version {
  const { joined, renamed } = story.changes;
  const made = new Map<string, Version>();
  /** The tabs that have moved, and under which name. */
  const movers = new Map(notes.map((note) => [tabKey(note), nameKey(note.participant)]));
  // A summary names few: the others among the movers need no version of their own.
  const named = new Set(
    [...joined.slice(0, limits.namesInSummary), ...renamed.map(({ is }) => is)].map(({ id }) => id),
  );
  return (listener, from) => {
    const { participant, wire } = listener;
    const isNamed = movers.size > 0 && (!story.summarize || named.has(participant.id));
    // Who did it knows it; who was renamed by another tab of its own does not.
    const self = (isNamed && movers.get(tabKey(listener))) || '';
    const key = `${wire} ${from} ${self}`;
    const version = made.get(key) ?? versionOf(pack(wire, tell(story, from, self)), from);
    made.set(key, version);
    return version;
  };
}

const versionOf = (frames: readonly Frame[], from: number): Version => ({
  frames: frames.map(({ text }) => text),
  reached: frames.map(({ seq }) => seq ?? from),
});
