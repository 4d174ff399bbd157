import { putConnection, type Wire } from '../store/connections.ts';
import type { Chat } from './chat.ts';

/**
 * Which wire a handshake asks for, by its query string; undefined is to be refused (contract: "Endpoints").
 */
export function wireOf(query: Readonly<Record<string, string | undefined>>): Wire | undefined {
  return query.EIO === undefined && query.transport === undefined ? 'json' : undefined;
}

export async function connect(
  { table }: Chat,
  connection: { connectionId: string; wire: Wire; connectedAt: number },
): Promise<void> {
  await putConnection(table, connection);
}
