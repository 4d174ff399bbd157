import type { ActionData } from '../protocol/client-to-server.ts';
import { ChatError } from '../protocol/errors.ts';
import { attendanceOf } from '../store/attendance.ts';
import type { Connection } from '../store/connections.ts';
import { roomInFrame } from './byte-budget.ts';
import type { Chat, Reply } from './chat.ts';
import { type Page, readableEnd, readPage } from './history.ts';
import { readAround } from './history-at.ts';

/** Of the event that the connection is in, or watches. Throws `NOT_JOINED`. */
export async function getHistory(
  chat: Chat,
  connection: Connection,
  { at, ...query }: ActionData<'getHistory'>,
  reservedBytes: number,
): Promise<Reply<Page>> {
  const attendance = attendanceOf(connection);
  if (!attendance) throw new ChatError('NOT_JOINED');
  const { eventId } = attendance;
  const end = await readableEnd(chat.table, eventId);
  const room = roomInFrame(reservedBytes);
  const page =
    at === undefined
      ? readPage(chat.table, eventId, end, query, room)
      : readAround(chat.table, eventId, end, { at, ...query }, room);
  return { data: await page };
}
