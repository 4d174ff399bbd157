import { deliverNow } from '../delivery/deliver.ts';
import { forget } from '../delivery/forget.ts';
import type { Chat } from './chat.ts';

/** Removes a connection that has closed; its event hears of it once, whoever noticed first. */
export async function disconnect(chat: Chat, connectionId: string): Promise<void> {
  const eventId = await forget(chat, connectionId);
  if (eventId !== undefined) await deliverNow(chat, eventId);
}
