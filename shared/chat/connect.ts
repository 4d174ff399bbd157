import { type NewConnection, putConnection } from '../store/connections.ts';
import type { Table } from '../store/table.ts';

export async function connect({ table }: { table: Table }, connection: NewConnection): Promise<void> {
  await putConnection(table, connection);
}
