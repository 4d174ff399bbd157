import type { Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';
import type { Member } from '../store/members.ts';
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
 * What the notes come to. They were read after the members were listed, so they are right where the two differ: a
 * connection's first note tells what it was before, its last one what it is now; connections without a note are as
 * listed. A join is news only if no other tab of the participant was there, a leave only if none is left; who came and
 * went in between is no news at all.
 */
export function presenceChanges(notes: readonly PresenceNote[], members: readonly Member[]): PresenceChanges {
  const first = new Map<string, PresenceNote>();
  const last = new Map<string, PresenceNote>();
  for (const note of notes) {
    if (!first.has(tabKey(note))) first.set(tabKey(note), note);
    last.set(tabKey(note), note);
  }
  const unchanged = members.filter((member) => !first.has(tabKey(member)));
  const before = byId(peopleOf([...unchanged, ...[...first.values()].flatMap(tabBefore)]));
  const now = byId(peopleOf([...unchanged, ...[...last.values()].filter((note) => note.kind !== 'left')]));

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

/** One tab: a connection may be one participant first and another later. */
const tabKey = ({ connectionId, participant }: { connectionId: string; participant: { id: string } }) =>
  `${connectionId} ${participant.id}`;

const byId = (people: Participant[]) => new Map(people.map((person) => [person.id, person]));

/** The tab that there was before a first note. */
function tabBefore({ kind, participant, namedAt, previous }: PresenceNote): Tab[] {
  if (kind === 'left') return [{ participant, namedAt }];
  if (!previous) return [];
  return [{ participant: { ...participant, username: previous.username }, namedAt: previous.namedAt }];
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
