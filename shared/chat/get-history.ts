import type { ActionData } from '../protocol/client-to-server.ts';
import type { Chat, Reply } from './chat.ts';
import { type Page, readableEnd, readPage } from './history.ts';
import { joined } from './joined.ts';

export async function getHistory(
  chat: Chat,
  connectionId: string,
  query: ActionData<'getHistory'>,
): Promise<Reply<Page>> {
  const { eventId } = await joined(chat, connectionId);
  return { data: await readPage(chat.table, eventId, await readableEnd(chat.table, eventId), query) };
}
