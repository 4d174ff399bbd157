import { newSecret, participantIdOf } from '../../ids.ts';
import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Author } from '../../protocol/entities.ts';
import type { Connection, Membership } from '../../store/connections.ts';
import { getHosts } from '../../store/events.ts';
import type { Chat } from '../chat.ts';
import { rateLimit } from '../rate-limit.ts';
import { roleOf, withRole } from '../role-of.ts';
import { requireAdmission } from './admission.ts';
import { type Entered, enter } from './enter.ts';
import { requireOwnName } from './require-own-name.ts';
import { withinRules } from './within-rules.ts';

export type JoinInput = Omit<ActionData<'joinEvent'>, 'username'> & { username?: string };

/**
 * Makes a connection a held member. Throws `RATE_LIMITED`, `EVENT_NOT_FOUND`, `EVENT_ENDED`, `BATCH_REQUIRED`, `FORBIDDEN` for
 * the banned, `BAD_REQUEST` for a name that looks like that of somebody with a role or breaks a rule, `MUTED` for another name.
 */
export async function becomeMember(
  chat: Chat,
  first: Connection,
  input: JoinInput,
): Promise<Entered<Membership>> {
  await rateLimit(chat, entrantsOf(first, input.participantToken), 'joinEvent');
  const { eventId } = input;
  const [hosts, { head }] = await Promise.all([
    getHosts(chat.table, eventId, { consistent: true }),
    requireAdmission(chat, first, eventId),
  ]);
  const member = await enter(chat, first, async (connection) => {
    const { participantToken, ...person } = personOf(connection, input);
    const role = roleOf(person.id, connection.identity, hosts);
    if (!role) await requireOwnName(chat.table, eventId, person);
    const isBound = !role && !connection.identity;
    const before = memberIn(connection, eventId, person.id)?.participant;
    const shown = isBound ? await withinRules(chat.table, eventId, head, person, before) : person;
    return { attendance: nextMembership(connection, eventId, withRole(shown, role)), participantToken };
  });
  chat.metrics.count('Joins', 1);
  return member;
}

/** Whose allowance it costs: a new guest has none of its own yet. */
export function entrantsOf(connection: Connection, participantToken?: string): string[] {
  const known = knownIdOf(connection, participantToken);
  return [connection.connectionId, ...(known === undefined ? [] : [known])];
}

/** Who a connection is by its token, or by the secret that it has shown before or shows now. */
export function knownIdOf(
  { identity, participantToken: before }: Connection,
  participantToken = before,
): string | undefined {
  return identity?.participantId ?? (participantToken && participantIdOf(participantToken));
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

/** The membership of a connection, if it is in this event as this person. */
const memberIn = ({ membership }: Connection, eventId: string, id: string): Membership | undefined =>
  membership?.eventId === eventId && membership.participant.id === id ? membership : undefined;

/** Joining again under the same name changes nothing; under another, only the name; the role may be another now. */
function nextMembership(connection: Connection, eventId: string, person: Author): Membership {
  const now = Date.now();
  const membership = memberIn(connection, eventId, person.id);
  if (!membership)
    return { eventId, participant: { ...person, joinedAt: new Date(now).toISOString() }, namedAt: now };
  const { username, joinedAt } = membership.participant;
  const isNamedSo = username === person.username;
  return { eventId, participant: { ...person, joinedAt }, namedAt: isNamedSo ? membership.namedAt : now };
}
