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
 * What the entries of the outbox come to. They were read after the members were listed, so they are right where the two
 * differ: a connection's first entry tells what it was before, its last one what it is now; connections without an entry are
 * as listed. A join is announced only if no other tab of the participant was there, a leave only if none is left; who came and
 * went in between is not mentioned at all.
 */
export function presenceChanges(
  entries: readonly OutboxEntry[],
  members: readonly ListedMember[],
): PresenceChanges {
  const last = new Map(entries.map((entry) => [tabKey(entry), entry]));
  const staying = [...last.values()].filter((entry) => entry.kind !== 'left');
  const unchanged = unchangedTabs(entries, members);
  const movers = new Set(entries.map((entry) => entry.participant.id));
  const othersTabs = unchanged.filter(({ participant }) => movers.has(participant.id));
  const before = byId(peopleOf([...othersTabs, ...tabsBefore(entries)]));
  const now = byId(peopleOf([...othersTabs, ...staying]));
  const there = new Set([...unchanged, ...staying].map(({ participant }) => participant.id));

  const changes: PresenceChanges = { joined: [], left: [], renamed: [], participantCount: there.size };
  for (const id of movers) {
    const [was, is] = [before.get(id), now.get(id)];
    if (was && is) {
      const tabs = [...othersTabs, ...staying].filter(({ participant }) => participant.id === id);
      // Of two tabs that took a name each, one has to hear that the other's counts.
      const isRenamed = [was, ...tabs.map(({ participant }) => participant)].some(
        ({ username }) => username !== is.username,
      );
      if (isRenamed) changes.renamed.push({ was, is, by: tabsNamed(staying, is) });
    } else if (was) changes.left.push(was);
    else if (is) changes.joined.push(is);
  }
  return changes;
}

/** Who is there by what was announced: the members as they were before the entries that wait in the outbox. */
export const peopleAnnounced = (
  waiting: readonly OutboxEntry[],
  members: readonly ListedMember[],
): Participant[] => peopleOf([...unchangedTabs(waiting, members), ...tabsBefore(waiting)]);

const tabsNamed = (entries: readonly OutboxEntry[], { id, username }: Author): string[] =>
  entries
    .filter(({ participant }) => participant.id === id && participant.username === username)
    .map(({ connectionId }) => connectionId);

function unchangedTabs(
  entries: readonly OutboxEntry[],
  members: readonly ListedMember[],
): readonly ListedMember[] {
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
