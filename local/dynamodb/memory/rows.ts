import type { Item } from './attribute-value.ts';
import type { Place } from './key-schema.ts';

export interface Row {
  /** Orders it in its partition; rows of an index that have the same are ordered by `id`. */
  readonly sort: string;
  readonly id: string;
  readonly item: Item;
  readonly bytes: number;
}

interface Change {
  readonly at: number;
  readonly sort: string;
  readonly id: string;
  readonly before: Row | undefined;
}

interface Partition {
  readonly rows: Row[];
  /** Oldest first. */
  changes: Change[];
}

const noRows: readonly Row[] = [];

/** The rows of a table or an index, by partition, and how they were a while ago. */
export class Rows {
  readonly #partitions = new Map<string, Partition>();
  /** How long it is known what was there before, milliseconds. */
  readonly #historyMs: number;
  /** Of all rows. */
  bytes = 0;
  count = 0;

  constructor(historyMs: number) {
    this.#historyMs = historyMs;
  }

  /** In order. `asOf`: as they were then. */
  partition(partition: string, asOf?: number): readonly Row[] {
    const found = this.#partitions.get(partition);
    if (!found) return noRows;
    const { rows, changes } = found;
    const last = changes.at(-1);
    if (asOf === undefined || !last || last.at <= asOf) return rows;
    const then = [...rows];
    for (let index = changes.length - 1; index >= 0; index -= 1) {
      const change = changes[index] as Change;
      if (change.at <= asOf) break;
      place(then, change.sort, change.id, change.before);
    }
    return then;
  }

  get({ partition, sort }: Place, asOf?: number): Row | undefined {
    const rows = this.partition(partition, asOf);
    const row = rows[firstIndex(rows, (one) => one.sort >= sort)];
    return row?.sort === sort ? row : undefined;
  }

  /** Puts a row, or takes away what is there. */
  set({ partition, sort }: Place, id: string, row: Row | undefined, now: number): void {
    let found = this.#partitions.get(partition);
    if (!found) {
      if (!row) return;
      found = { rows: [], changes: [] };
      this.#partitions.set(partition, found);
    }
    const before = place(found.rows, sort, id, row);
    this.bytes += (row?.bytes ?? 0) - (before?.bytes ?? 0);
    this.count += (row ? 1 : 0) - (before ? 1 : 0);
    if (this.#historyMs > 0) {
      found.changes.push({ at: now, sort, id, before });
      const oldest = now - this.#historyMs;
      // Now and then: each costs as much as there are.
      if (found.changes.length % 64 === 0) found.changes = found.changes.filter(({ at }) => at >= oldest);
    } else if (found.rows.length === 0) this.#partitions.delete(partition);
  }

  /** In an order that stays the same whatever comes and goes. */
  partitions(): string[] {
    return [...this.#partitions.keys()].sort();
  }
}

/** Puts a row where it belongs, or takes away what is there; returns what was. */
function place(rows: Row[], sort: string, id: string, row: Row | undefined): Row | undefined {
  const last = rows.at(-1);
  // The next one of a log.
  const index = last && last.sort < sort ? rows.length : firstIndex(rows, (one) => !isBefore(one, sort, id));
  const found = rows[index];
  const before = found?.sort === sort && found.id === id ? found : undefined;
  if (row && before) rows[index] = row;
  else if (row) rows.splice(index, 0, row);
  else if (before) rows.splice(index, 1);
  return before;
}

export const isBefore = (row: Row, sort: string, id: string) =>
  row.sort < sort || (row.sort === sort && row.id < id);

/** Of rows that do not match and then rows that do, the index of the first that does; the number of rows if none does. */
export function firstIndex(rows: readonly Row[], matches: (row: Row) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (matches(rows[middle] as Row)) high = middle;
    else low = middle + 1;
  }
  return low;
}
