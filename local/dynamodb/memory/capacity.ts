import { itemBytes } from './compare.ts';
import type { Table, Written } from './table.ts';

/** What a request has used of one table, and of its indexes by name. */
export interface Consumed {
  readonly table: Table;
  readonly units: number;
  readonly indexUnits: ReadonlyMap<string, number>;
}

const none: ReadonlyMap<string, number> = new Map();

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html */
export const readUnits = (bytes: number, isConsistent: boolean) =>
  Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);

export function consumedByWrite(table: Table, { before, after, indexWrites }: Written, factor = 1): Consumed {
  const bytes = Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0);
  const units = factor * Math.max(1, Math.ceil(bytes / 1024));
  const indexUnits = new Map([...indexWrites].map(([name, writes]) => [name, writes * factor]));
  return { table, units, indexUnits };
}

export function consumedByRead(table: Table, units: number, indexName?: string): Consumed {
  if (indexName === undefined) return { table, units, indexUnits: none };
  return { table, units: 0, indexUnits: new Map([[indexName, units]]) };
}

/** Whether a request asks for it: it takes time to tell. */
export const isCapacity = (wanted: string | undefined) => wanted === 'TOTAL' || wanted === 'INDEXES';

/** As answers say it, one entry a table; nothing unless it was asked for. */
export function capacityOf(wanted: string | undefined, consumed: readonly Consumed[]): object[] {
  if (!isCapacity(wanted)) return [];
  const tables = [...new Set(consumed.map(({ table }) => table))];
  return tables.map((table) => {
    const own = consumed.filter((one) => one.table === table);
    const units = own.reduce((sum, one) => sum + one.units, 0);
    const byIndex = new Map<string, number>();
    for (const { indexUnits } of own)
      for (const [name, more] of indexUnits) byIndex.set(name, (byIndex.get(name) ?? 0) + more);
    const CapacityUnits = [...byIndex.values()].reduce((sum, more) => sum + more, units);
    const total = { TableName: table.name, CapacityUnits };
    if (wanted === 'TOTAL') return total;
    const indexes = (isLocal: boolean) =>
      Object.fromEntries(
        table.indexes
          .filter((index) => index.isLocal === isLocal && byIndex.has(index.name))
          .map(({ name }) => [name, { CapacityUnits: byIndex.get(name) }]),
      );
    const [GlobalSecondaryIndexes, LocalSecondaryIndexes] = [indexes(false), indexes(true)];
    return {
      ...total,
      Table: { CapacityUnits: units },
      ...(Object.keys(GlobalSecondaryIndexes).length > 0 && { GlobalSecondaryIndexes }),
      ...(Object.keys(LocalSecondaryIndexes).length > 0 && { LocalSecondaryIndexes }),
    };
  });
}

/** For operations on one table. */
export function withCapacity<T extends object>(
  output: T,
  wanted: string | undefined,
  consumed: () => Consumed,
): T {
  if (!isCapacity(wanted)) return output;
  const [ConsumedCapacity] = capacityOf(wanted, [consumed()]);
  return ConsumedCapacity ? { ...output, ConsumedCapacity } : output;
}
