import type { Author, Participant } from '../../protocol/entities.ts';
import { limits } from '../../protocol/limits.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import type { PresenceChanges } from '../../store/presence-history.ts';
import type { OutboxEntry } from '../../store/presence-outbox.ts';

/** One tab of a participant: the name it has, and since when. */
interface Tab {
  connectionId: string;
  participant: Participant;
  namedAt: number;
}

/** The people behind the tabs: for each the newest name and the earliest joining. In order of joining. */
export function peopleOf(tabs: Iterable<Omit<Tab, 'connectionId'>>): Participant[] {
  const people = new Map<string, Omit<Tab, 'connectionId'>>();
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
 * What the entries of the outbox come to. They were read after the members were listed, so they are right where the two
 * differ: a connection's first entry tells what it was before, its last one what it is now; connections without an entry are
 * as listed. A join is announced only if no other tab of the participant was there, a leave only if none is left; who came and
 * went in between is not mentioned at all.
 */
export function presenceChanges(entries: readonly OutboxEntry[], members: readonly Tab[]): PresenceChanges {
  const last = new Map(entries.map((entry) => [tabKey(entry), entry]));
  const staying = [...last.values()].filter((entry) => entry.kind !== 'left');
  const unchanged = unchangedTabs(entries, members);
  const movers = new Set(entries.map((entry) => entry.participant.id));
  const othersTabs = unchanged.filter(({ participant }) => movers.has(participant.id));
  const before = byId(peopleOf([...othersTabs, ...tabsBefore(entries)]));
  const now = byId(peopleOf([...othersTabs, ...staying]));
  const there = new Set([...unchanged, ...staying].map(({ participant }) => participant.id));

  const tabs = byParticipant([...othersTabs, ...staying]);
  const stayingTabs = byParticipant(staying);

  const changes: PresenceChanges = { joined: [], left: [], renamed: [], participantCount: there.size };
  for (const id of movers) {
    const [was, is] = [before.get(id), now.get(id)];
    if (was && is) {
      // Of two tabs that took a name each, one has to hear that the other's counts.
      const isRenamed =
        was.username !== is.username ||
        tabs.get(id)?.some(({ participant }) => participant.username !== is.username);
      if (isRenamed) changes.renamed.push({ was, is, by: tabsNamed(stayingTabs.get(id), is) });
    } else if (was) changes.left.push(was);
    else if (is) changes.joined.push(is);
  }
  return changes;
}

/** The members as they were before the entries that wait in the outbox: what was announced. */
export const tabsAnnounced = (waiting: readonly OutboxEntry[], members: readonly Tab[]): Tab[] => [
  ...unchangedTabs(waiting, members),
  ...tabsBefore(waiting),
];

const tabsNamed = (tabs: readonly Tab[] = [], { username }: Author): string[] =>
  tabs.filter(({ participant }) => participant.username === username).map(({ connectionId }) => connectionId);

export function byParticipant<T extends { participant: { id: string } }>(
  tabs: Iterable<T>,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const tab of tabs) {
    const group = groups.get(tab.participant.id);
    if (group) group.push(tab);
    else groups.set(tab.participant.id, [tab]);
  }
  return groups;
}

function unchangedTabs(entries: readonly OutboxEntry[], members: readonly Tab[]): readonly Tab[] {
  if (entries.length === 0) return members;
  const changed = new Set(entries.map(tabKey));
  return members.filter((member) => !changed.has(tabKey(member)));
}

/** One tab: a connection may be one participant first and another later. */
export const tabKey = ({
  connectionId,
  participant,
}: {
  connectionId: string;
  participant: { id: string };
}) => `${connectionId} ${participant.id}`;

const byId = (people: Participant[]) => new Map(people.map((person) => [person.id, person]));

/** The tabs that there were before their first entries. */
function tabsBefore(entries: readonly OutboxEntry[]): Tab[] {
  const first = new Map([...entries].reverse().map((entry) => [tabKey(entry), entry]));
  return [...first.values()].flatMap(tabBefore);
}

function tabBefore({ kind, connectionId, participant, namedAt, previous }: OutboxEntry): Tab[] {
  if (kind === 'left') return [{ connectionId, participant, namedAt }];
  if (!previous) return [];
  const { username } = previous;
  return [{ connectionId, participant: { ...participant, username }, namedAt: previous.namedAt }];
}

/** `userJoined` or `userLeft` for these people: one each, or one for all. */
export function announce(
  event: 'userJoined' | 'userLeft',
  eventId: string,
  people: readonly Participant[],
  {
    participantCount,
    viewerCount = 0,
    summarize,
  }: { participantCount: number; viewerCount?: number; summarize: boolean },
): ServerEvent[] {
  const counts = { participantCount, ...(viewerCount > 0 && { viewerCount }) };
  if (summarize && people.length > 1) {
    const participants = people.slice(0, limits.namesInSummary);
    return [{ event, data: { eventId, participants, ...counts } }];
  }
  return people.map((participant) => ({ event, data: { eventId, participant, ...counts } }));
}
