import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
import { expel } from './participants.ts';
import { requireExpellable } from './require-expellable.ts';
import type { Actor } from './require-moderator.ts';

/** Sends somebody out, who may come back. Whoever is not there is out already. */
export async function kick(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { reason, ...person }: ActionData<'kick'>,
): Promise<object> {
  const participantId = await requireExpellable(chat, eventId, actor, person);
  const why = reason === undefined ? {} : { reason };
  await audit(chat, eventId, actor, { action: 'kick', participantId, ...why });
  await expel(chat, eventId, participantId, { banned: false, ...why });
  return {};
}
