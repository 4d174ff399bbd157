import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Ban } from '../../protocol/entities.ts';
import type { Replies } from '../../protocol/replies.ts';
import { bans } from '../../store/bans.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
import { expel, participantIdOf } from './participants.ts';
import { requireExpellable } from './require-expellable.ts';
import type { Actor } from './require-moderator.ts';

/** Removes a participant and keeps them out, for so many seconds or for good. Banning again changes the ban. */
export async function ban(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { reason, seconds, ...person }: ActionData<'ban'>,
): Promise<Replies['ban']> {
  const participantId = await requireExpellable(chat, eventId, actor, person);
  const why = reason === undefined ? {} : { reason };
  const now = Date.now();
  const until = seconds === undefined ? {} : { expiresAt: new Date(now + seconds * 1000).toISOString() };
  const ban: Ban = { participantId, bannedAt: new Date(now).toISOString(), ...why, ...until };
  await audit(chat, eventId, actor, { action: 'ban', participantId, ...why, changes: until });
  // First: whoever joins from now on is refused, whoever has joined before is found.
  await bans.put(chat.table, eventId, ban);
  const username = await expel(chat, eventId, participantId, { banned: true, ...why, ...until });
  if (username === undefined) return { ban };
  await bans.name(chat.table, eventId, participantId, username);
  return { ban: { ...ban, username } };
}

/** Lets somebody in again. Whoever is not banned may come already. */
export async function unban(
  chat: Chat,
  eventId: string,
  actor: Actor,
  person: ActionData<'unban'>,
): Promise<object> {
  const participantId = participantIdOf(chat, person);
  await audit(chat, eventId, actor, { action: 'unban', participantId });
  await bans.lift(chat.table, eventId, participantId);
  return {};
}
