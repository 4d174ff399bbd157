import type { ActionData } from '../protocol/client-to-server.ts';
import type { Connection } from '../store/connections.ts';
import { roomInFrame } from './byte-budget.ts';
import type { Chat, Reply } from './chat.ts';
import { type Page, readableEnd, readPage } from './history.ts';
import { membershipOf } from './membership-of.ts';

export async function getHistory(
  chat: Chat,
  connection: Connection,
  query: ActionData<'getHistory'>,
  reservedBytes: number,
): Promise<Reply<Page>> {
  const { eventId } = membershipOf(connection);
  const end = await readableEnd(chat.table, eventId);
  return { data: await readPage(chat.table, eventId, end, query, roomInFrame(reservedBytes)) };
}
