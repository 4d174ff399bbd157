import { announce, announcedPeople, peopleOf } from '../delivery/presence-changes.ts';
import type { Event, Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';
import { listMembers, type Member } from '../store/members.ts';
import { readNotes } from '../store/presence.ts';
import type { Chat } from './chat.ts';

/** Members are read in pages of this many, until they name enough people. */
const PAGE_SIZE = 400;

export interface Roll {
  /** Who is there: everybody if there are few, else as many as a history names. */
  participants: Participant[];
  isComplete: boolean;
}

/** Who is there now; `joiner` is, whoever else there is no room for. */
export async function readRoll({ table }: Chat, eventId: string, joiner: Participant): Promise<Roll> {
  const members: Member[] = [];
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
export const countOf = ({ participants, isComplete }: Roll, { participantCount }: Event): number =>
  isComplete ? participants.length : Math.max(participants.length + 1, participantCount);

/**
 * Who is there as far as everybody has been told, and this member under the name it has now. Whoever asks holds the
 * lease: no window may move it meanwhile.
 */
export async function readAnnounced(
  { table }: Chat,
  eventId: string,
  self: { connectionId: string; participant: Participant },
): Promise<Participant[]> {
  const members: Member[] = [];
  for await (const page of listMembers(table, eventId)) members.push(...page);
  const announced = announcedPeople(await readNotes(table, eventId), members);
  // Its own arrival may not have been announced yet; another tab of its own may have renamed it.
  const mine = members.find((member) => member.connectionId === self.connectionId) ?? self;
  return [...announced.filter(({ id }) => id !== mine.participant.id), mine.participant];
}

/** What somebody who knows the one roll has to hear to know the other. */
export function newsBetween(
  eventId: string,
  before: readonly Participant[],
  now: readonly Participant[],
): ServerEvent[] {
  const missingIn = (people: readonly Participant[]) => {
    const known = new Set(people.map(({ id, username }) => `${id} ${username}`));
    return ({ id, username }: Participant) => !known.has(`${id} ${username}`);
  };
  const count = { participantCount: now.length, summarize: false };
  return [
    ...announce('userLeft', eventId, before.filter(missingIn(now)), count),
    ...announce('userJoined', eventId, now.filter(missingIn(before)), count),
  ];
}
