import { ChatError } from '../../protocol/errors.ts';
import { isUnbatched } from '../../protocol/wire.ts';
import { attendanceOf } from '../../store/attendance.ts';
import type { Connection } from '../../store/connections.ts';
import { type Cursor, getCursor, newCursor } from '../../store/cursor.ts';
import { type EventHead, getEventHead } from '../../store/event-head.ts';
import type { Chat } from '../chat.ts';
import { requireActive } from '../require-active.ts';

/**
 * Whether an event takes in another connection, taking part or watching: resolves to its head and cursor. Throws `EVENT_NOT_FOUND`, `EVENT_ENDED`,
 * and `BATCH_REQUIRED` for a client that takes one event a packet in a large audience, but for one that is there already.
 */
export async function requireAdmission(
  { table, settings }: Pick<Chat, 'table' | 'settings'>,
  connection: Connection,
  eventId: string,
): Promise<{ head: EventHead; cursor: Cursor }> {
  const head = await getEventHead(table, eventId);
  requireActive(head);
  const cursor = (await getCursor(table, eventId)) ?? newCursor;
  const isThere = attendanceOf(connection)?.eventId === eventId;
  if (isUnbatched(connection.wire) && !isThere && cursor.audience >= settings.unbatchedAudienceMax)
    throw new ChatError('BATCH_REQUIRED');
  return { head, cursor };
}
