import type { Person } from '../../protocol/client-to-server.ts';
import { ChatError } from '../../protocol/errors.ts';
import { badRequest } from '../../protocol/parse.ts';
import { getConnection } from '../../store/connections.ts';
import { listStaff } from '../../store/staff.ts';
import type { Chat } from '../chat.ts';
import { participantIdOf } from './participants.ts';
import type { Actor } from './require-moderator.ts';

/**
 * The id of a participant whom somebody may send out. Throws `BAD_REQUEST` for oneself, and `FORBIDDEN` for a host's
 * attempt on somebody who is in the event with a right to moderate it: the rights of those who are elsewhere are not known.
 */
export async function requireExpellable(
  chat: Chat,
  eventId: string,
  actor: Actor,
  person: Person,
): Promise<string> {
  const participantId = participantIdOf(chat, person);
  if (participantId === actor.participantId) {
    const path = person.participantId === undefined ? 'subject' : 'participantId';
    throw badRequest(path, 'must be somebody else');
  }
  if (actor.rights.length === 0 && (await hasRights(chat, eventId, participantId)))
    throw new ChatError('FORBIDDEN');
  return participantId;
}

async function hasRights({ table }: Chat, eventId: string, participantId: string): Promise<boolean> {
  for (const { connectionId, participantId: id } of await listStaff(table, eventId)) {
    if (id !== participantId) continue;
    const { identity } = (await getConnection(table, connectionId)) ?? {};
    if (identity?.participantId === participantId && identity.rights.length > 0) return true;
  }
  return false;
}
