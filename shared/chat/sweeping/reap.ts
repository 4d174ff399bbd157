import { deliverNow } from '../../delivery/deliver.ts';
import {
  expireMembership,
  markConnectionLost,
  recoverableUntil,
  removeConnection,
} from '../../delivery/departures.ts';
import { isExpired, tokenExpired } from '../../identity.ts';
import { ChatError } from '../../protocol/errors.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import { type Connection, getConnection, isDue } from '../../store/connections.ts';
import type { Chat } from '../chat.ts';

const expired: ServerEvent = { event: 'error', data: new ChatError('UNAUTHORIZED', tokenExpired).toData() };

/** Ends what is due: the membership of somebody who has been away for too long, or the connection. */
export async function reap(chat: Chat, connectionId: string, now: number): Promise<void> {
  const connection = await getConnection(chat.table, connectionId);
  if (!connection || !isDue(connection, now)) return;
  const eventId = await endWhatIsDue(chat, connection, now);
  if (eventId !== undefined) await deliverNow(chat, eventId);
}

async function endWhatIsDue(chat: Chat, connection: Connection, now: number): Promise<string | undefined> {
  const { connectionId, lostAt } = connection;
  if (lostAt === undefined) {
    if (isExpired(connection, now)) await chat.send(connection, expired);
    // A client that has not said CONNECT, whose token has run out or that the two hours did not end, has to connect again.
    await chat.poster.close(connectionId);
    return markConnectionLost(chat, connectionId);
  }
  const until = recoverableUntil(chat, connection) ?? 0;
  return until > now ? expireMembership(chat, connectionId) : removeConnection(chat, connectionId);
}
