import { announce, nameKey, peopleOf } from '../../delivery/content/presence-changes.ts';
import type { Event, Participant } from '../../protocol/entities.ts';
import { limits } from '../../protocol/limits.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import { type ListedMember, listMembers } from '../../store/members.ts';
import type { Chat } from '../chat.ts';

/** Members are read in pages of this many, until they name enough people. */
const PAGE_SIZE = 2 * limits.participantsInHistory;

export interface Roster {
  /** Who is there: everybody if there are few, else as many as a history names. */
  participants: Participant[];
  isComplete: boolean;
}

/** Who is there now; `joiner` is, whoever else there is no room for. */
export async function readRoster({ table }: Chat, eventId: string, joiner: Participant): Promise<Roster> {
  const members: ListedMember[] = [];
  const named = limits.participantsInHistory;
  for await (const page of listMembers(table, eventId, PAGE_SIZE)) {
    members.push(...page);
    const people = peopleOf(members);
    if (people.length > named) {
      const others = people.filter(({ id }) => id !== joiner.id);
      return { participants: [...others.slice(0, named - 1), joiner], isComplete: false };
    }
  }
  return { participants: peopleOf(members), isComplete: true };
}

/** How many people are there: counted if there are few, else as the last window found. */
export const countOf = ({ participants, isComplete }: Roster, { participantCount }: Event): number =>
  isComplete ? participants.length : Math.max(participants.length + 1, participantCount);

/** What somebody who knows the one roll has to hear to know the other; nothing if they do not name everybody. */
export function newsBetween(eventId: string, before: Roster, now: Roster): ServerEvent[] {
  if (!before.isComplete || !now.isComplete) return [];
  const missingIn = ({ participants }: Roster) => {
    const known = new Set(participants.map(nameKey));
    return (person: Participant) => !known.has(nameKey(person));
  };
  const count = { participantCount: now.participants.length, summarize: false };
  return [
    ...announce('userLeft', eventId, before.participants.filter(missingIn(now)), count),
    ...announce('userJoined', eventId, now.participants.filter(missingIn(before)), count),
  ];
}
