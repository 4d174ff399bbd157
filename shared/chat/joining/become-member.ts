import { CHANGED, lookAgain } from '../../concurrency.ts';
import { newId, newSecret, participantIdOf } from '../../ids.ts';
import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Author } from '../../protocol/entities.ts';
import { ChatError } from '../../protocol/errors.ts';
import { isUnbatched } from '../../protocol/wire.ts';
import { type Connection, getConnection, type Membership } from '../../store/connections.ts';
import { getCursor } from '../../store/cursor.ts';
import { getEventHead } from '../../store/event-head.ts';
import { getHosts } from '../../store/events.ts';
import { join } from '../../store/join.ts';
import type { Chat } from '../chat.ts';
import { rateLimit } from '../rate-limit.ts';
import { requireActive } from '../require-active.ts';
import { roleOf, withRole } from '../role-of.ts';
import { requireOwnName } from './require-own-name.ts';

export type JoinInput = Omit<ActionData<'joinEvent'>, 'username'> & { username?: string };

interface Member {
  membership: Membership;
  /** Of a guest. */
  participantToken: string | undefined;
  joinId: string;
  /** The event that it was in before, if another. */
  leftEventId: string | undefined;
}

/**
 * Makes a connection a held member. Throws `RATE_LIMITED`, `EVENT_NOT_FOUND`, `EVENT_ENDED`, `BATCH_REQUIRED`, `FORBIDDEN` for
 * the banned, `BAD_REQUEST` for a name that looks like that of somebody with a role.
 */
export async function becomeMember(chat: Chat, first: Connection, input: JoinInput): Promise<Member> {
  const shown = input.participantToken ?? first.participantToken;
  // A new guest has no allowance of its own yet.
  const known = first.identity?.participantId ?? (shown && participantIdOf(shown));
  await rateLimit(chat, [first.connectionId, ...(known ? [known] : [])], 'joinEvent');
  const { eventId } = input;
  const [hosts] = await Promise.all([
    getHosts(chat.table, eventId, { consistent: true }),
    getEventHead(chat.table, eventId)
      .then(requireActive)
      .then(() => requireBatch(chat, first, eventId)),
  ]);
  let connection: Connection | undefined = first;
  // Changed: another join or a leave of this connection came in between.
  const member = await lookAgain(async () => {
    if (!connection) return undefined;
    const { participantToken, ...person } = personOf(connection, input);
    const role = roleOf(person.id, connection.identity, hosts);
    if (!role) await requireOwnName(chat.table, eventId, person);
    const joinId = newId();
    const membership = nextMembership(connection, eventId, withRole(person, role));
    const result = await join(chat.table, connection, membership, { participantToken, joinId });
    if (result === 'banned') {
      throw new ChatError('FORBIDDEN', { reason: 'You are banned from this event.' });
    }
    if (result === 'joined') {
      const before = connection.membership?.eventId;
      return {
        membership,
        participantToken,
        joinId,
        leftEventId: before === eventId ? undefined : before,
      };
    }
    const found = await getConnection(chat.table, first.connectionId);
    connection = found?.lostAt === undefined ? found : undefined;
    return CHANGED;
  });
  if (member) {
    chat.metrics.count('Joins', 1);
    return member;
  }
  // It closed while its message was on the way; if not, it must connect again to be known.
  await chat.poster.close(first.connectionId);
  throw new ChatError('INTERNAL');
}

interface Person extends Author {
  participantToken?: string;
}

/** Who joins: whom the token of the connection names, or a guest under the name that they give. */
function personOf({ identity, participantToken: known }: Connection, input: JoinInput): Person {
  if (identity) {
    const { participantId: id, username, metadata } = identity;
    return { id, username, ...(metadata && { metadata }) };
  }
  const { participantToken = known ?? newSecret(), username = '', metadata } = input;
  const id = participantIdOf(participantToken);
  return { id, username, participantToken, ...(metadata && { metadata }) };
}

/** Refuses a client that takes one event a packet in a large audience, but for one that is there already. */
async function requireBatch({ table, settings }: Chat, { wire, membership }: Connection, eventId: string) {
  if (!isUnbatched(wire) || membership?.eventId === eventId) return;
  const { audience = 0 } = (await getCursor(table, eventId)) ?? {};
  if (audience >= settings.unbatchedAudienceMax) throw new ChatError('BATCH_REQUIRED');
}

/** Joining again under the same name changes nothing; under another, only the name; the role may be another now. */
function nextMembership({ membership }: Connection, eventId: string, person: Author): Membership {
  const now = Date.now();
  if (membership?.eventId !== eventId || membership.participant.id !== person.id) {
    return { eventId, participant: { ...person, joinedAt: new Date(now).toISOString() }, namedAt: now };
  }
  const { username, joinedAt } = membership.participant;
  const isNamedSo = username === person.username;
  return { eventId, participant: { ...person, joinedAt }, namedAt: isNamedSo ? membership.namedAt : now };
}
