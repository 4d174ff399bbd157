import { ChatError } from '../protocol/errors.ts';
import { getConnection, type Membership } from '../store/connections.ts';
import type { Chat } from './chat.ts';

/** Which event the connection is in, and as whom. Throws `NOT_JOINED`. */
export async function joined({ table }: Chat, connectionId: string): Promise<Membership> {
  const connection = await getConnection(table, connectionId);
  if (!connection?.membership) throw new ChatError('NOT_JOINED');
  return connection.membership;
}
