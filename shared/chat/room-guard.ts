import { ChatError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { Connection } from '../store/connections.ts';
import type { Cursor } from '../store/cursor.ts';
import type { EventHead } from '../store/event-head.ts';
import { messageBytes, type Sized } from '../store/log.ts';
import type { Chat } from './chat.ts';
import { membershipOf } from './membership-of.ts';
import { isModerator } from './moderation/require-moderator.ts';

/** So many windows, at their pace, a message may wait for what was written before it. */
const WINDOWS = 2;
/** Windows of small audiences are shorter; nobody notices less than this, milliseconds. */
const SHORTEST_WINDOW_MS = 1_000;

interface Room {
  /** As they were lately. Without them everybody is let in. */
  head: EventHead | undefined;
  cursor: Cursor | undefined;
  message: Sized;
  /** How much of their burst the sender has used, 0 to 1. */
  used: number;
}

/**
 * Keeps what waits for delivery to what the audience can be sent in two windows: more would be heard ever later. Whoever has
 * used their burst is refused when half of that waits, so whoever has sent less lately gets in first. Moderators always do.
 * Throws `RATE_LIMITED` with the reason `room`.
 */
export async function guardRoom(chat: Chat, connection: Connection, room: Room): Promise<void> {
  const retryAfterMs = waitFor(room, chat.settings.eventFramesPerSecond);
  if (retryAfterMs === 0) return;
  const { eventId, participant } = membershipOf(connection);
  const rights = connection.identity?.rights ?? [];
  if (await isModerator(chat.table, eventId, { participantId: participant.id, rights })) return;
  chat.metrics.count('RoomGuard', 1);
  throw new ChatError('RATE_LIMITED', { retryAfterMs, reason: 'room' });
}

/** 0: there is room; else the milliseconds until what waits now is sent. */
export function waitFor({ head, cursor, message, used }: Room, framesPerSecond: number): number {
  if (!head || !cursor) return 0;
  const { audience, unbatched, delivered, deliveredBytes, nextWindowAt } = cursor;
  const messages = head.seq - delivered;
  // The next one is let in whatever it is like: else it never would be.
  if (messages <= 0) return 0;
  const bytes = head.bytes - deliveredBytes + messageBytes(message);
  const framesEach = Math.max(1, bytes / limits.frameBytes);
  const frames = (audience - unbatched) * framesEach + unbatched * (messages + 1);
  const window = Math.max(audience, (framesPerSecond * SHORTEST_WINDOW_MS) / 1000);
  if (frames <= WINDOWS * window * (1 - used / 2)) return 0;
  return Math.ceil(Math.max(0, nextWindowAt - Date.now()) + (frames * 1000) / framesPerSecond);
}
