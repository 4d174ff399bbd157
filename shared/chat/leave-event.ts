import { deliverNow } from '../delivery/deliver.ts';
import { ringForPresence } from '../store/bell.ts';
import { getConnection } from '../store/connections.ts';
import { leave } from '../store/memberships.ts';
import type { Chat, Reply } from './chat.ts';

/** Leaves the event the connection is in. Being in none is what was asked for. */
export async function leaveEvent(chat: Chat, connectionId: string): Promise<Reply> {
  // Every failure means that a join or another leave came in between: look again.
  for (;;) {
    const membership = (await getConnection(chat.table, connectionId))?.membership;
    if (!membership) return { data: {} };
    if (await leave(chat.table, connectionId, membership, { forget: false })) {
      await ringForPresence(chat.table, membership.eventId);
      await deliverNow(chat, membership.eventId);
      return { data: {} };
    }
  }
}
