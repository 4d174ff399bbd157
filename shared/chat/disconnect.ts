import { deliverNow } from '../delivery/deliver.ts';
import { markConnectionLost, removeConnection } from '../delivery/departures.ts';
import { getConnection } from '../store/connections.ts';
import type { Chat } from './chat.ts';
import { stopTyping } from './typing.ts';

/** The user ended the connection: its event hears of it at once, and it cannot be recovered. */
export async function disconnect(chat: Chat, connectionId: string): Promise<void> {
  await end(chat, connectionId, removeConnection);
}

/** The connection has closed, which may be meant or not; its event hears of it once, whoever noticed first. */
export async function connectionClosed(chat: Chat, connectionId: string): Promise<void> {
  await end(chat, connectionId, markConnectionLost);
}

async function end(
  chat: Chat,
  connectionId: string,
  how: (chat: Chat, connectionId: string) => Promise<string | undefined>,
): Promise<void> {
  const connection = await getConnection(chat.table, connectionId);
  const eventId = await how(chat, connectionId);
  if (eventId !== undefined) await deliverNow(chat, eventId);
  if (connection) await stopTyping(chat, connection, { isGone: true })?.();
}
