import type { ActionData } from '../protocol/client-to-server.ts';
import type { Connection } from '../store/connections.ts';
import { roomInFrame } from './byte-budget.ts';
import type { Chat, Reply } from './chat.ts';
import { type Page, readableEnd, readPage } from './history.ts';
import { readAround } from './history-at.ts';
import { membershipOf } from './membership-of.ts';

export async function getHistory(
  chat: Chat,
  connection: Connection,
  { at, ...query }: ActionData<'getHistory'>,
  reservedBytes: number,
): Promise<Reply<Page>> {
  const { eventId } = membershipOf(connection);
  const end = await readableEnd(chat.table, eventId);
  const room = roomInFrame(reservedBytes);
  const page =
    at === undefined
      ? readPage(chat.table, eventId, end, query, room)
      : readAround(chat.table, eventId, end, { at, ...query }, room);
  return { data: await page };
}
