import type { Author, Participant } from '../../protocol/entities.ts';
import type { Place } from '../../protocol/offset.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import type { PresenceChanges, PresenceRecord } from '../../store/presence-history.ts';
import type { Outgoing } from './frames.ts';
import type { LogEvent } from './log-events.ts';
import { announce } from './presence-changes.ts';

/** A stretch of what an event tells its audience: the log and the presence history, up to a place. */
export interface Stretch {
  eventId: string;
  /** In order of `seq`. */
  log: readonly LogEvent[];
  /** In order of `number`. */
  history: readonly PresenceRecord[];
  end: Place;
  /** How many watch, as it is now: told beside who came and left. */
  viewerCount: number;
}

/** Whom it is told to: the connection, and who that is. Without a name, by the id alone. */
export interface Listener {
  connectionId: string;
  participant: { id: string; username?: string };
}

/** Who only watches: in no record, so told of everybody. */
export const NOBODY = { id: '' };

/**
 * The events of a stretch after a place, in the order in which windows told them: of each window first who was renamed or
 * came, then its log, then who left. Nobody is told what they did themselves. Each event carries the place that it takes the
 * listener to; whoever is cut off in the middle of a window's presence hears all of that again.
 */
export function tell(stretch: Stretch, from: Place, listener: Listener): Outgoing[] {
  const { eventId, log, history, end, viewerCount } = stretch;
  const told: Outgoing[] = [];
  let at = from;
  let next = log.findIndex(({ seq }) => seq > from.seq);
  if (next < 0) next = log.length;
  const add = (event: ServerEvent) => told.push({ ...event, offset: { eventId, ...at } });
  const arrive = (place: Place) => {
    at = place;
    const last = told.at(-1);
    if (last) last.offset = { eventId, ...at };
  };
  const tellLog = (upTo: number) => {
    for (let entry = log[next]; entry && entry.seq <= upTo; entry = log[++next]) {
      const { seq, ...event } = entry;
      at = { ...at, seq };
      add(event);
    }
    if (upTo > at.seq) arrive({ ...at, seq: upTo });
  };

  const records = history.filter(({ number }) => number > from.presence && number <= end.presence);
  let isCounted = isCountedBefore(records, listener);
  for (const { number, after, upTo, changes, summarize } of records) {
    tellLog(Math.min(after, end.seq));
    const { joined, left, renamed } = ofOthers(changes, listener);
    if (changes.joined.some(is(listener))) isCounted = true;
    if (changes.left.some(is(listener))) isCounted = false;
    const participantCount = changes.participantCount + (isCounted ? 0 : 1);
    const how = { participantCount, viewerCount, summarize };
    const announceAll = (event: 'userJoined' | 'userLeft', people: readonly Participant[]) => {
      for (const one of announce(event, eventId, people, how)) add(one);
    };
    for (const changes of summarize ? [renamed] : renamed.map((change) => [change])) {
      announceAll(
        'userLeft',
        changes.map(({ was }) => was),
      );
      announceAll(
        'userJoined',
        changes.map(({ is }) => is),
      );
    }
    announceAll('userJoined', joined);
    tellLog(Math.min(upTo, end.seq));
    announceAll('userLeft', left);
    arrive({ ...at, presence: number });
  }
  tellLog(end.seq);
  arrive({ seq: Math.max(at.seq, end.seq), presence: Math.max(at.presence, end.presence) });
  return told;
}

const is =
  ({ participant }: Listener) =>
  ({ id }: Author) =>
    id === participant.id;

/**
 * Whether the counts of the records begin with the listener among those counted: not if its own coming is yet to be told, or
 * others take it for gone.
 */
function isCountedBefore(records: readonly PresenceRecord[], listener: Listener): boolean {
  for (const { changes } of records) {
    if (changes.joined.some(is(listener))) return false;
    if (changes.left.some(is(listener))) return true;
  }
  return true;
}

/** Without what the listener did itself; its being taken for gone while it was away is no business of its own either. */
function ofOthers({ joined, left, renamed }: PresenceChanges, listener: Listener) {
  const { id, username } = listener.participant;
  const isUnderItsName = (person: Participant) =>
    person.id === id && (username === undefined || person.username === username);
  return {
    joined: joined.filter((person) => !isUnderItsName(person)),
    left: left.filter((person) => person.id !== id),
    renamed: renamed.filter(({ by }) => !by.includes(listener.connectionId)),
  };
}
