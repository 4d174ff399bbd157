import { peopleOf, tabsAnnounced } from '../../delivery/content/presence-changes.ts';
import type { Event, Participant } from '../../protocol/entities.ts';
import { limits } from '../../protocol/limits.ts';
import { getCursor } from '../../store/cursor.ts';
import { type ListedMember, listMembers } from '../../store/members.ts';
import { newestPresence } from '../../store/presence-history.ts';
import { readOutbox } from '../../store/presence-outbox.ts';
import type { Chat } from '../chat.ts';

/** Members are read in pages of this many, until they name enough people. */
const MOST = limits.participantsInHistory;
const PAGE_SIZE = 2 * MOST;
/** A window that tells of presence comes in between so often at most. */
const ATTEMPTS = 10;

/** Who is there, as windows have told it up to the presence record of this number. */
export interface Roster {
  /** Everybody if there are few, else as many as a history names. */
  participants: Participant[];
  isComplete: boolean;
  presence: number;
}

/**
 * Who is there by what was announced: whoever is told all records after `presence` knows who is there. Who is `joining` is, announced
 * or not, and whoever else there is no room for.
 */
export async function readRoster(
  { table }: Chat,
  eventId: string,
  joining?: { connectionId: string; participant: Participant },
): Promise<Roster> {
  const joiner = joining?.participant;
  for (let attempt = 1; ; attempt += 1) {
    const newest = await newestPresence(table, eventId);
    // All records have expired: the cursor knows the last number.
    const presence = newest.number || ((await getCursor(table, eventId))?.presence ?? 0);
    const members = await listEnough(table, eventId);
    const people = peopleOf(members);
    if (people.length > MOST) return { ...some(people, joiner), presence };
    const outbox = await readOutbox(table, eventId);
    // What is in the outbox was not announced, unless a window is at it now. If one has begun meanwhile, it is not known what
    // it took from there.
    const isStill = (await newestPresence(table, eventId)).number === newest.number;
    if (!isStill && attempt < ATTEMPTS) continue;
    const waiting = outbox.filter(({ ulid }) => !newest.outbox.includes(ulid));
    const announced = peopleOf(tabsAnnounced(waiting, members));
    if (announced.length >= MOST || !isStill) return { ...some(announced, joiner), presence };
    if (!joiner) return { participants: announced, isComplete: true, presence };
    const known = announced.find(({ id }) => id === joiner.id);
    if (!known) return { participants: [...announced, joiner], isComplete: true, presence };
    // The name that the joiner has just taken, if it was not announced yet.
    const isNew = waiting.some((entry) => entry.connectionId === joining.connectionId);
    const renamed = { ...known, username: joiner.username };
    const participants = isNew ? announced.map((one) => (one === known ? renamed : one)) : announced;
    return { participants, isComplete: true, presence };
  }
}

/** As many as a history names: who has a role first, the joiner last. */
function some(people: readonly Participant[], joiner: Participant | undefined) {
  const others = people
    .filter(({ id }) => id !== joiner?.id)
    .sort((one, other) => Number(!one.role) - Number(!other.role));
  if (!joiner) return { participants: others.slice(0, MOST), isComplete: false };
  return { participants: [...others.slice(0, MOST - 1), joiner], isComplete: false };
}

async function listEnough(table: Chat['table'], eventId: string): Promise<ListedMember[]> {
  const members: ListedMember[] = [];
  for await (const page of listMembers(table, eventId, PAGE_SIZE)) {
    members.push(...page);
    if (peopleOf(members).length > MOST) break;
  }
  return members;
}

/** How many people are there: counted if there are few, else as the last window found. */
export const countOf = ({ participants, isComplete }: Roster, { participantCount }: Event): number =>
  isComplete ? participants.length : Math.max(participants.length + 1, participantCount);
