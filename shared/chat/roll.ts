import { peopleOf } from '../delivery/presence-changes.ts';
import type { Event, Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { listMembers, type Member } from '../store/audience.ts';
import type { Chat } from './chat.ts';

/** Members are read in pages of this many, until they name enough people. */
const PAGE_SIZE = 400;

export interface Roll {
  /** Some of the people who are there, as many as a history names; everybody if there are few. */
  participants: Participant[];
  /** How many people are there: counted if there are few, else as the last window found. */
  count(event: Event): number;
}

/** Who is there now. */
export async function readRoll({ table }: Chat, eventId: string): Promise<Roll> {
  const members: Member[] = [];
  const named = limits.participantsInHistory;
  for await (const page of listMembers(table, eventId, PAGE_SIZE)) {
    members.push(...page);
    const people = peopleOf(members);
    if (people.length > named) {
      return {
        participants: people.slice(0, named),
        count: ({ participantCount }) => Math.max(people.length, participantCount),
      };
    }
  }
  const participants = peopleOf(members);
  return { participants, count: () => participants.length };
}
