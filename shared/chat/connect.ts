import type { Wire } from '../protocol/wire.ts';
import { putConnection } from '../store/connections.ts';
import type { Table } from '../store/table.ts';

export async function connect(
  { table }: { table: Table },
  connection: { connectionId: string; wire: Wire; connectedAt: number },
): Promise<void> {
  await putConnection(table, connection);
}
