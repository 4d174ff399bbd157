import { deliverNow } from '../delivery/deliver.ts';
import { peopleOf } from '../delivery/presence-changes.ts';
import { newParticipantToken, participantIdOf } from '../ids.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Event, Participant } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { goLive, join, listMembers, type Member } from '../store/audience.ts';
import { getBell, ringForPresence } from '../store/bell.ts';
import { type Connection, getConnection, type Membership } from '../store/connections.ts';
import { getCursor } from '../store/cursor.ts';
import { getEvent } from '../store/events.ts';
import type { Chat, Reply } from './chat.ts';
import { readableEnd, readPage } from './history.ts';
import { rateLimit } from './rate-limit.ts';

/** The roll is read in pages of this many members, until it names enough people. */
const ROLL_PAGE = 400;
const ENVELOPE_BYTES = 1_024;

interface Joined {
  event: Event;
  participant: Participant;
  latestSeq: number;
  participantToken: string;
}

/**
 * Makes the connection a member of the event, and of no other. Until its history is on the way the member is held:
 * windows pass it by and remember from where; then it goes live and gets what it missed from the next window.
 */
export async function joinEvent(
  chat: Chat,
  connectionId: string,
  input: ActionData<'joinEvent'>,
): Promise<Reply<Joined>> {
  const { table } = chat;
  const { eventId } = input;
  const { membership, participantToken, previousEventId } = await becomeMember(chat, connectionId, input);
  await Promise.all([
    ringForPresence(table, eventId),
    previousEventId !== undefined && ringForPresence(table, previousEventId),
  ]);
  // Before the ack: whoever joins upon it finds this join announced.
  await Promise.all([
    deliverNow(chat, eventId),
    previousEventId !== undefined && deliverNow(chat, previousEventId),
  ]);

  const [event, end, roll] = await Promise.all([
    getEvent(table, eventId),
    readableEnd(table, eventId),
    readRoll(chat, eventId),
  ]);
  if (!event) throw new ChatError('EVENT_NOT_FOUND');
  const participantCount = roll.complete
    ? roll.people.length
    : Math.max(roll.people.length, event.participantCount);
  const participants = roll.people.slice(0, limits.participantsInHistory);

  return {
    data: {
      event: { ...event, participantCount },
      participant: membership.participant,
      latestSeq: end,
      participantToken,
    },
    afterwards: async () => {
      const room = limits.payloadBytes - ENVELOPE_BYTES - Buffer.byteLength(JSON.stringify(participants));
      const limit = input.after === undefined ? limits.historyLength : Number.POSITIVE_INFINITY;
      const page = await readPage(table, eventId, end, { after: input.after, limit }, room);
      await chat.send(connectionId, {
        event: 'eventHistory',
        data: { eventId, participants, participantCount, ...page },
      });
      await goLive(table, eventId, connectionId, end);
      // A window that claimed more before it could see us live has passed us by: one more is needed.
      const claimed = (await getCursor(table, eventId))?.claimed ?? 0;
      if (claimed <= end) return;
      await ringForPresence(table, eventId);
      await deliverNow(chat, eventId);
    },
  };
}

async function becomeMember(chat: Chat, connectionId: string, input: ActionData<'joinEvent'>) {
  let isLimited = false;
  // Every failure means that another join or a leave of this connection came in between: look again.
  for (;;) {
    const connection = await getConnection(chat.table, connectionId);
    // It closed while its message was on the way: nobody is there to hear of it.
    if (!connection) throw new ChatError('INTERNAL');
    const participantToken = input.participantToken ?? connection.participantToken ?? newParticipantToken();
    const participantId = participantIdOf(participantToken);
    if (!isLimited) {
      await rateLimit(chat, participantId, 'joinEvent');
      await requireActive(chat, input.eventId);
      isLimited = true;
    }
    const membership = nextMembership(connection, input, participantId);
    if (await join(chat.table, connection, membership, participantToken)) {
      chat.metrics.count('Joins', 1);
      const previousEventId = connection.membership?.eventId;
      return {
        membership,
        participantToken,
        previousEventId: previousEventId === input.eventId ? undefined : previousEventId,
      };
    }
  }
}

async function requireActive({ table }: Chat, eventId: string): Promise<void> {
  const bell = await getBell(table, eventId);
  if (!bell) throw new ChatError('EVENT_NOT_FOUND');
  if (bell.status !== 'active') throw new ChatError('EVENT_ENDED');
}

/** Joining again under the same name changes nothing; under another, only the name. */
function nextMembership(
  { membership }: Connection,
  { eventId, username }: ActionData<'joinEvent'>,
  id: string,
): Membership {
  const now = Date.now();
  if (membership?.eventId !== eventId || membership.participant.id !== id) {
    return { eventId, participant: { id, username, joinedAt: new Date(now).toISOString() }, namedAt: now };
  }
  if (membership.participant.username === username) return membership;
  return { eventId, participant: { ...membership.participant, username }, namedAt: now };
}

/** Who is there: everybody if there are few, and enough for the history otherwise. */
async function readRoll(
  { table }: Chat,
  eventId: string,
): Promise<{ people: Participant[]; complete: boolean }> {
  const members: Member[] = [];
  for await (const page of listMembers(table, eventId, ROLL_PAGE)) {
    members.push(...page);
    const people = peopleOf(members);
    if (people.length > limits.participantsInHistory) return { people, complete: false };
  }
  return { people: peopleOf(members), complete: true };
}
