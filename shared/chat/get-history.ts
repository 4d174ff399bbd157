import type { ActionData } from '../protocol/client-to-server.ts';
import type { Chat, Reply } from './chat.ts';
import { type Page, readableEnd, readPage } from './history.ts';
import { joined } from './joined.ts';

export async function getHistory(
  chat: Chat,
  connectionId: string,
  query: ActionData<'getHistory'>,
  reservedBytes: number,
): Promise<Reply<Page>> {
  const { eventId } = await joined(chat, connectionId);
  const end = await readableEnd(chat.table, eventId);
  return { data: await readPage(chat.table, eventId, end, query, reservedBytes) };
}
