import type { ServerEvent } from '../protocol/server-to-client.ts';
import { listMembers, type Member } from '../store/audience.ts';
import type { Bell } from '../store/bell.ts';
import type { Cursor, Seen } from '../store/cursor.ts';
import { getEvent } from '../store/events.ts';
import type { LogEntry } from '../store/log.ts';
import { deleteNotes, type PresenceNote } from '../store/presence.ts';
import type { Delivery } from './delivery.ts';
import { packFrames } from './frames.ts';
import { postToAll } from './post-to-all.ts';
import { announce, presenceChanges } from './presence-changes.ts';

/** What waits for the members of an event: the log after `cursor.delivered` without holes, and the presence notes. */
export interface Work {
  bell: Bell;
  entries: LogEntry[];
  notes: PresenceNote[];
}

/**
 * One window: posts to every member what it has not had yet, in one frame as far as it fits. The caller holds the
 * lease and has claimed the entries. Returns what to write down, and how many connections turned out to be gone.
 */
export async function runWindow(
  delivery: Delivery,
  eventId: string,
  cursor: Cursor,
  { bell, entries, notes }: Work,
): Promise<{ seen: Seen; gone: number }> {
  // After the claim: a member that is not live in this listing looks at `claimed` once it is.
  const members: Member[] = [];
  for await (const page of listMembers(delivery.table, eventId)) members.push(...page);

  const changes = presenceChanges(notes, members);
  const compose = await composer(delivery, eventId, entries, changes, members.length);
  const movers = new Set(notes.map((note) => `${note.connectionId} ${note.participant.id}`));
  const { pending, positions } = placeMembers(cursor, members);

  const framesFor = memoize((from: number, self: string) => packFrames(compose(from, self)));
  const gone = await postToAll(delivery, eventId, members, (member) => {
    const isMover = movers.has(`${member.connectionId} ${member.participant.id}`);
    return framesFor(
      positions.get(member.connectionId) ?? Number.POSITIVE_INFINITY,
      isMover ? member.participant.id : '',
    );
  });
  // Before the lease goes: the next holder must not announce them again.
  await deleteNotes(delivery.table, eventId, notes);
  delivery.metrics.count('Windows', 1);
  return {
    gone,
    seen: {
      delivered: entries.at(-1)?.seq ?? cursor.delivered,
      presence: bell.presence,
      audience: members.length,
      participantCount: changes.participantCount,
      pending,
    },
  };
}

/**
 * After which seq each live member is served: usually what was delivered before; more than that if it went live with a
 * history that reached further, less if windows passed while it was held. Held members have no position yet: they
 * are remembered in `pending`, with the first thing they miss.
 */
function placeMembers({ delivered, pending: before }: Cursor, members: readonly Member[]) {
  const pending: Record<string, number> = {};
  const positions = new Map<string, number>();
  for (const { connectionId, state, after = 0 } of members) {
    const missedFrom = before[connectionId] ?? delivered;
    if (state === 'held') pending[connectionId] = missedFrom;
    else positions.set(connectionId, Math.max(missedFrom, after));
  }
  return { pending, positions };
}

/** Builds what a member gets: everything after a seq, but not the news of its own coming or renaming (`self`). */
async function composer(
  { table, settings }: Delivery,
  eventId: string,
  entries: readonly LogEntry[],
  { joined, left, renamed, participantCount }: ReturnType<typeof presenceChanges>,
  audience: number,
): Promise<(from: number, self: string) => ServerEvent[]> {
  const summarize = audience > settings.presenceSummaryAbove;
  const one = { participantCount, summarize: false };
  const all = { participantCount, summarize };
  const others = (self: string) => (person: { id: string }) => summarize || person.id !== self;
  const event = entries.some((entry) => entry.kind === 'ended') ? await getEvent(table, eventId) : undefined;
  const log = entries.flatMap((entry): { seq: number; event: ServerEvent }[] => {
    if (entry.kind === 'message')
      return [{ seq: entry.seq, event: { event: 'newMessage', data: entry.message } }];
    if (entry.kind === 'ended' && event)
      return [{ seq: entry.seq, event: { event: 'eventEnded', data: { event } } }];
    return [];
  });
  return (from, self) => [
    ...renamed
      .filter(({ is }) => is.id !== self)
      .flatMap(({ was, is }) => [
        ...announce('userLeft', eventId, [was], one),
        ...announce('userJoined', eventId, [is], one),
      ]),
    ...announce('userJoined', eventId, joined.filter(others(self)), all),
    ...log.filter(({ seq }) => seq > from).map(({ event }) => event),
    ...announce('userLeft', eventId, left, all),
  ];
}

/** Most members are at the same place: what they get is encoded once. */
function memoize(make: (from: number, self: string) => string[]): typeof make {
  const made = new Map<string, string[]>();
  return (from, self) => {
    const key = `${from} ${self}`;
    const known = made.get(key) ?? make(from, self);
    made.set(key, known);
    return known;
  };
}
