import { ChatError } from '../protocol/errors.ts';
import type { Connection } from '../store/connections.ts';
import type { EventHead, Gate } from '../store/event-head.ts';
import type { Chat } from './chat.ts';
import { isModerator } from './moderation/require-moderator.ts';
import { slowDown } from './rate-limit.ts';

/**
 * What the event must be for a message of this connection: its rules do not bind moderators. Throws `EVENT_PAUSED`,
 * `RATE_LIMITED` in slow mode.
 */
export async function checkRules(
  chat: Chat,
  connection: Connection,
  eventId: string,
  { paused, slowModeSeconds }: Partial<EventHead>,
): Promise<Gate> {
  if (!paused && !slowModeSeconds) return 'writable';
  const participantId = connection.membership?.participant.id;
  const rights = connection.identity?.rights ?? [];
  if (await isModerator(chat.table, eventId, { participantId, rights })) return 'active';
  if (paused) throw new ChatError('EVENT_PAUSED');
  if (slowModeSeconds) await slowDown(chat, eventId, connection, slowModeSeconds);
  return 'writable';
}
