import type { Wire } from '../protocol/wire.ts';
import { putConnection } from '../store/connections.ts';
import type { Chat } from './chat.ts';

export async function connect(
  { table }: Chat,
  connection: { connectionId: string; wire: Wire; connectedAt: number },
): Promise<void> {
  await putConnection(table, connection);
}
