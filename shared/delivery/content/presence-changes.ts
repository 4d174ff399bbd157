import type { Author, Participant } from '../../protocol/entities.ts';
import { limits } from '../../protocol/limits.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import type { ListedMember } from '../../store/members.ts';
import type { PresenceChanges } from '../../store/presence-history.ts';
import type { OutboxEntry } from '../../store/presence-outbox.ts';

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

/**
 * What the notes come to. They were read after the members were listed, so they are right where the two differ: a
 * connection's first note tells what it was before, its last one what it is now; connections without a note are as
 * listed. A join is news only if no other tab of the participant was there, a leave only if none is left; who came and
 * went in between is no news at all.
 */
export function presenceChanges(
  notes: readonly OutboxEntry[],
  members: readonly ListedMember[],
): PresenceChanges {
  const last = new Map(notes.map((note) => [tabKey(note), note]));
  const staying = [...last.values()].filter((note) => note.kind !== 'left');
  const unchanged = unchangedTabs(notes, members);
  const movers = new Set(notes.map((note) => note.participant.id));
  const othersTabs = unchanged.filter(({ participant }) => movers.has(participant.id));
  const before = byId(peopleOf([...othersTabs, ...tabsBefore(notes)]));
  const now = byId(peopleOf([...othersTabs, ...staying]));
  const there = new Set([...unchanged, ...staying].map(({ participant }) => participant.id));

  const changes: PresenceChanges = { joined: [], left: [], renamed: [], participantCount: there.size };
  for (const id of movers) {
    const [was, is] = [before.get(id), now.get(id)];
    if (was && is) {
      if (was.username !== is.username) changes.renamed.push({ was, is });
    } else if (was) changes.left.push(was);
    else if (is) changes.joined.push(is);
  }
  return changes;
}

function unchangedTabs(
  notes: readonly OutboxEntry[],
  members: readonly ListedMember[],
): readonly ListedMember[] {
  if (notes.length === 0) return members;
  const noted = new Set(notes.map(tabKey));
  return members.filter((member) => !noted.has(tabKey(member)));
}

/** One tab: a connection may be one participant first and another later. */
export const tabKey = ({
  connectionId,
  participant,
}: {
  connectionId: string;
  participant: { id: string };
}) => `${connectionId} ${participant.id}`;

/** A person under a name. */
export const nameKey = ({ id, username }: Author): string => `${id} ${username}`;

const byId = (people: Participant[]) => new Map(people.map((person) => [person.id, person]));

/** The tabs that there were before they left their first notes. */
function tabsBefore(notes: readonly OutboxEntry[]): Tab[] {
  const first = new Map([...notes].reverse().map((note) => [tabKey(note), note]));
  return [...first.values()].flatMap(tabBefore);
}

function tabBefore({ kind, participant, namedAt, previous }: OutboxEntry): Tab[] {
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
