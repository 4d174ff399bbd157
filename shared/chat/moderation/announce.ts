import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Participant } from '../../protocol/entities.ts';
import type { Replies } from '../../protocol/replies.ts';
import { authorOf } from '../author-of.ts';
import type { Chat } from '../chat.ts';
import { roleOf, withRole } from '../role-of.ts';
import type { Actor } from './require-moderator.ts';
import { speak } from './speak.ts';

/** Tells everybody something in one's own name, whatever the rules of the event. Throws `EVENT_ENDED`. */
export async function announce(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { text, clientMessageId, pin }: ActionData<'announce'>,
  participant: Participant,
): Promise<Replies['announce']> {
  // Whoever may announce and has no other role is a host.
  const role = roleOf(participant.id, actor, [participant.id]);
  const speech = {
    eventId,
    kind: 'announcement' as const,
    participant: withRole(authorOf(participant), role),
    text,
    ...(clientMessageId !== undefined && { clientMessageId }),
  };
  return speak(chat, actor, speech, { isPinned: pin });
}
