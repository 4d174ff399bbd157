import { deliverNow } from '../delivery/deliver.ts';
import { type Connection, getConnection } from '../store/connections.ts';
import { signalPresence } from '../store/event-head.ts';
import { leave } from '../store/memberships.ts';
import type { Chat, Reply } from './chat.ts';

/** Leaves the event the connection is in. Being in none is what was asked for. */
export async function leaveEvent(chat: Chat, { connectionId, membership }: Connection): Promise<Reply> {
  // Every failure means that a join or another leave came in between: look again.
  for (let from = membership; from; from = (await getConnection(chat.table, connectionId))?.membership) {
    if (await leave(chat.table, connectionId, from, 'stays')) {
      await signalPresence(chat.table, from.eventId);
      await deliverNow(chat, from.eventId);
      break;
    }
  }
  return { data: {} };
}
