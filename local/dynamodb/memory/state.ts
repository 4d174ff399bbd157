import type { Item } from './attribute-value.ts';
import { noTable } from './errors.ts';
import type { Place } from './key-schema.ts';
import type { Table, Written } from './table.ts';

/** What the operations work on. */
export interface State {
  readonly tables: Map<string, Table>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly historyMs: number;
  /** Puts an item or takes it away, and puts that on the table's stream. */
  readonly write: (table: Table, place: Place, after: Item | undefined) => Written;
}

/** By its name or its ARN. */
export function tableOf({ tables }: State, name: unknown): Table {
  const table = tables.get(String(name).split('/').at(-1) ?? '');
  if (!table) throw noTable();
  return table;
}
