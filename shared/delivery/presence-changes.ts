import type { Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';
import type { Member } from '../store/audience.ts';
import type { PresenceNote } from '../store/presence.ts';

/** One tab of a participant: the name it has, and since when. */
interface Tab {
  participant: Participant;
  namedAt: number;
}

/** The people behind the tabs: for each the newest name and the earliest joining. In order of joining. */
export function peopleOf(tabs: Iterable<Tab>): Participant[] {
  const people = new Map<string, Tab>();
  for (const tab of tabs) {
    const known = people.get(tab.participant.id) ?? tab;
    const newest = known.namedAt > tab.namedAt ? known : tab;
    const earliest = known.participant.joinedAt < tab.participant.joinedAt ? known : tab;
    const participant = { ...newest.participant, joinedAt: earliest.participant.joinedAt };
    people.set(participant.id, { participant, namedAt: newest.namedAt });
  }
  return [...people.values()]
    .map((tab) => tab.participant)
    .sort((a, b) => (a.joinedAt < b.joinedAt ? -1 : 1));
}

export interface PresenceChanges {
  joined: Participant[];
  left: Participant[];
  renamed: { was: Participant; is: Participant }[];
  participantCount: number;
}

/**
 * What the notes come to, given who is there now. The listing decides: a join is news only if no other tab of the
 * participant was there before, a leave only if none is left; who came and went in between is no news at all.
 */
export function presenceChanges(notes: readonly PresenceNote[], members: readonly Member[]): PresenceChanges {
  const now = new Map(peopleOf(members).map((person) => [person.id, person]));
  const before = new Map(peopleOf(tabsBefore(notes, members)).map((person) => [person.id, person]));
  const changes: PresenceChanges = { joined: [], left: [], renamed: [], participantCount: now.size };
  for (const id of new Set(notes.map((note) => note.participant.id))) {
    const [was, is] = [before.get(id), now.get(id)];
    if (was && is) {
      if (was.username !== is.username) changes.renamed.push({ was, is });
    } else if (was) changes.left.push(was);
    else if (is) changes.joined.push(is);
  }
  return changes;
}

/** The tabs that were there before the notes: each connection's first note tells, the others have not changed. */
function tabsBefore(notes: readonly PresenceNote[], members: readonly Member[]): Tab[] {
  const noted = new Set<string>();
  const tabs: Tab[] = [];
  for (const { kind, connectionId, participant, namedAt, previous } of notes) {
    const key = `${connectionId} ${participant.id}`;
    if (noted.has(key)) continue;
    noted.add(key);
    if (kind === 'left') tabs.push({ participant, namedAt });
    if (previous) {
      tabs.push({ participant: { ...participant, username: previous.username }, namedAt: previous.namedAt });
    }
  }
  return [
    ...tabs,
    ...members.filter(({ connectionId, participant }) => !noted.has(`${connectionId} ${participant.id}`)),
  ];
}

/** `userJoined` or `userLeft` for these people: one each, or one for all. */
export function announce(
  event: 'userJoined' | 'userLeft',
  eventId: string,
  people: readonly Participant[],
  { participantCount, summarize }: { participantCount: number; summarize: boolean },
): ServerEvent[] {
  if (summarize && people.length > 1) {
    return [
      { event, data: { eventId, participants: people.slice(0, limits.namesInSummary), participantCount } },
    ];
  }
  return people.map((participant) => ({ event, data: { eventId, participant, participantCount } }));
}
