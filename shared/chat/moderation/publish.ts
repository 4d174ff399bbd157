import type { Publication } from '../../protocol/client-to-server.ts';
import type { Author, Message } from '../../protocol/entities.ts';
import type { Chat } from '../chat.ts';
import { rateLimit } from '../rate-limit.ts';
import { roleOf } from '../role-of.ts';
import { type Actor, idOfActor } from './require-moderator.ts';
import { speak } from './speak.ts';

/**
 * A message from a backend, whatever the rules of the event. It is a bot's, an announcement is the caller's own. Throws
 * `RATE_LIMITED`, `EVENT_ENDED`.
 */
export async function publish(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { pin, username, kind, ...content }: Publication,
): Promise<{ message: Message }> {
  const id = idOfActor(actor);
  await rateLimit(chat, [id], 'publish');
  const participant: Author = {
    id,
    username: username ?? actor.username ?? (kind === 'announcement' ? 'Announcement' : 'Bot'),
    // Whoever may publish and has no other role is a host.
    role: kind === 'announcement' ? roleOf(id, actor, [id]) : 'bot',
  };
  return speak(chat, actor, { eventId, participant, ...(kind && { kind }), ...content }, { isPinned: pin });
}
