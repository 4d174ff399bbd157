import { deliverNow } from '../delivery/deliver.ts';
import { markConnectionLost, removeConnection } from '../delivery/departures.ts';
import type { Chat } from './chat.ts';

/** The user ended the connection: its event hears of it at once, and it cannot be recovered. */
export async function disconnect(chat: Chat, connectionId: string): Promise<void> {
  await deliverTo(chat, await removeConnection(chat, connectionId));
}

/** The connection has closed, which may be meant or not; its event hears of it once, whoever noticed first. */
export async function connectionClosed(chat: Chat, connectionId: string): Promise<void> {
  await deliverTo(chat, await markConnectionLost(chat, connectionId));
}

async function deliverTo(chat: Chat, eventId: string | undefined): Promise<void> {
  if (eventId !== undefined) await deliverNow(chat, eventId);
}
