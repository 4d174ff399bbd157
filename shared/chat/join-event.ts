import { deliverNow } from '../delivery/deliver.ts';
import { newId, newSecret, participantIdOf } from '../ids.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Event } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import type { Replies } from '../protocol/replies.ts';
import { type Connection, getConnection, type Membership } from '../store/connections.ts';
import { getCursor, newCursor } from '../store/cursor.ts';
import { getEventHead, signalPresence } from '../store/event-head.ts';
import { join } from '../store/memberships.ts';
import type { Chat, Reply } from './chat.ts';
import { getEvent } from './get-event.ts';
import { readableEnd } from './history.ts';
import { countOf, readRoster } from './joining/roster.ts';
import { sendHistory } from './joining/send-history.ts';
import { rateLimit } from './rate-limit.ts';

/**
 * Makes the connection a member of the event, and of no other. Until its history is on the way the member is held:
 * windows pass it by and remember from where; then it goes live and gets what it missed from the next window.
 */
export async function joinEvent(
  chat: Chat,
  connection: Connection,
  input: Input,
): Promise<Reply<Replies['joinEvent']>> {
  const { table } = chat;
  const { eventId, after } = input;
  const member = await becomeMember(chat, connection, input);
  const { participantToken, joinId, leftEventId, news } = member;
  const { participant } = member.membership;
  const changed = leftEventId === undefined ? [eventId] : [eventId, leftEventId];
  await Promise.all(changed.map((id) => signalPresence(table, id)));
  // Before the ack: whoever joins upon it finds this join announced.
  await Promise.all(changed.map((id) => deliverNow(chat, id)));

  const [event, end, roll] = await Promise.all([
    getEvent(chat, eventId),
    readableEnd(table, eventId),
    readRoster(chat, eventId, participant),
  ]);
  const now: Event = { ...event, participantCount: countOf(roll, event) };
  return {
    data: {
      event: now,
      participant,
      latestSeq: end,
      ...(participantToken !== undefined && { participantToken }),
    },
    afterwards: () =>
      sendHistory(chat, { to: connection, joinId, event: now, participant, roll, end, news, after }),
  };
}

async function becomeMember(chat: Chat, first: Connection, input: Input) {
  let connection: Connection | undefined = first;
  const shown = input.participantToken ?? first.participantToken;
  // A new guest has no allowance of its own yet.
  const known = first.identity?.participantId ?? (shown && participantIdOf(shown));
  await rateLimit(chat, [first.connectionId, ...(known ? [known] : [])], 'joinEvent');
  await requireActive(chat, input.eventId);
  const news = await admit(chat, first, input.eventId);
  let person = personOf(first, input);
  // Every failure means that another join or a leave of this connection came in between: look again.
  while (connection) {
    const { participantToken } = person;
    const joinId = newId();
    const membership = nextMembership(connection, input.eventId, person);
    const result = await join(chat.table, connection, membership, { participantToken, joinId });
    if (result === 'banned') {
      throw new ChatError('FORBIDDEN', { reason: 'You are banned from this event.' });
    }
    if (result === 'joined') {
      chat.metrics.count('Joins', 1);
      const before = connection.membership?.eventId;
      return {
        membership,
        participantToken,
        joinId,
        leftEventId: before === input.eventId ? undefined : before,
        news,
      };
    }
    const found = await getConnection(chat.table, first.connectionId);
    connection = found?.lostAt === undefined ? found : undefined;
    if (connection) person = personOf(connection, input);
  }
  // It closed while its message was on the way; if not, it must connect again to be known.
  await chat.poster.close(first.connectionId);
  throw new ChatError('INTERNAL');
}

type Input = Omit<ActionData<'joinEvent'>, 'username'> & { username?: string };

interface Person {
  id: string;
  username: string;
  /** Of a guest. */
  participantToken?: string;
}

/** Who joins: whom the token of the connection names, or a guest under the name that it gives. */
function personOf({ identity, participantToken: known }: Connection, input: Input): Person {
  if (identity) return { id: identity.participantId, username: identity.username };
  const { participantToken = known ?? newSecret(), username = '' } = input;
  return { id: participantIdOf(participantToken), username, participantToken };
}

/**
 * Refuses a client that takes one event a packet in a large audience, but for one that is there already. Resolves to the
 * number of the last news, which the roll will not be older than; nobody tells it to JSON clients again.
 */
async function admit({ table, settings }: Chat, { wire, membership }: Connection, eventId: string) {
  if (wire === 'json') return 0;
  const { audience, news } = (await getCursor(table, eventId)) ?? newCursor;
  const isNew = membership?.eventId !== eventId;
  if (wire === 'socketio' && isNew && audience >= settings.unbatchedAudienceMax) {
    throw new ChatError('BATCH_REQUIRED');
  }
  return news;
}

async function requireActive({ table }: Chat, eventId: string): Promise<void> {
  const head = await getEventHead(table, eventId);
  if (!head) throw new ChatError('EVENT_NOT_FOUND');
  if (head.status !== 'active') throw new ChatError('EVENT_ENDED');
}

/** Joining again under the same name changes nothing; under another, only the name. */
function nextMembership({ membership }: Connection, eventId: string, { id, username }: Person): Membership {
  const now = Date.now();
  if (membership?.eventId !== eventId || membership.participant.id !== id) {
    return { eventId, participant: { id, username, joinedAt: new Date(now).toISOString() }, namedAt: now };
  }
  if (membership.participant.username === username) return membership;
  return { eventId, participant: { ...membership.participant, username }, namedAt: now };
}
