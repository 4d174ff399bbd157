import type { Item } from './attribute-value.ts';
import { equal, itemBytes } from './compare.ts';
import type { KeySchema, Place } from './key-schema.ts';
import { type Row, Rows } from './rows.ts';
import type { TableDefinition } from './tables.ts';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

export interface Index {
  readonly name: string;
  readonly isLocal: boolean;
  readonly schema: KeySchema;
  /** What it keeps besides its keys and the table's; undefined: everything. */
  readonly attributes: readonly string[] | undefined;
  readonly rows: Rows;
}

/** What a write has changed. */
export interface Written {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Writes that it took in each index that it concerned. */
  readonly indexWrites: ReadonlyMap<string, number>;
}

/** A table with its items. */
export class Table {
  readonly name: string;
  readonly schema: KeySchema;
  readonly indexes: readonly Index[];
  readonly rows: Rows;
  readonly streamViewType: StreamViewType | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  timeToLiveAttribute: string | undefined;
  /** As CreateTable had it. */
  readonly definition: TableDefinition;

  constructor(
    table: Omit<Table, 'rows' | 'timeToLiveAttribute' | 'put' | 'checkIndexes' | 'idOf'>,
    historyMs: number,
  ) {
    this.name = table.name;
    this.schema = table.schema;
    this.indexes = table.indexes;
    this.streamViewType = table.streamViewType;
    this.createdAt = table.createdAt;
    this.definition = table.definition;
    this.rows = new Rows(historyMs);
  }

  /** Throws if an index cannot list the item that is put, or what an update makes of it. */
  checkIndexes(item: Item, isUpdate: boolean): void {
    for (const { schema, name } of this.indexes) {
      const at = (attribute: string) => (isUpdate ? '' : ` IndexName: ${name}, IndexKey: ${attribute}`);
      const what = isUpdate
        ? 'The update expression attempted to update a secondary index key to a value that is not supported.'
        : 'A value specified for a secondary index key is not supported.';
      schema.checkIndexKey(
        item,
        (attribute) =>
          `One or more parameter values are not valid. ${what} The AttributeValue for a key attribute cannot contain an empty string value.${at(attribute)}`,
      );
    }
  }

  /** Puts an item, or takes it away. `place`: of its key. */
  put(place: Place, after: Item | undefined, now: number): Written {
    const before = this.rows.get(place)?.item;
    const row = after && { sort: place.sort, id: '', item: after, bytes: itemBytes(after) };
    this.rows.set(place, '', row, now);
    const indexWrites = new Map<string, number>();
    const id = this.idOf(place);
    for (const index of this.indexes) {
      const writes = this.#putInIndex(index, id, { before, after, now });
      if (writes > 0) indexWrites.set(index.name, writes);
    }
    return { before, after, indexWrites };
  }

  /** Tells items of the table apart. */
  idOf({ partition, sort }: Place): string {
    return `${partition.length}:${partition}${sort}`;
  }

  #putInIndex(
    index: Index,
    id: string,
    { before, after, now }: { before: Item | undefined; after: Item | undefined; now: number },
  ): number {
    const [old, row] = [before, after].map((item) => item && this.#indexed(index, id, item));
    if (!old && !row) return 0;
    if (old && row && equal({ M: old.row.item }, { M: row.row.item })) return 0;
    const moves =
      old && row && (old.place.partition !== row.place.partition || old.place.sort !== row.place.sort);
    if (old && (moves || !row)) index.rows.set(old.place, id, undefined, now);
    if (row) index.rows.set(row.place, id, row.row, now);
    return moves ? 2 : 1;
  }

  #indexed({ schema, attributes }: Index, id: string, item: Item): { place: Place; row: Row } | undefined {
    if (!schema.lists(item)) return undefined;
    const place = schema.placeOf(item);
    const kept = attributes
      ? [...this.schema.names, ...schema.names, ...attributes].filter((one) => Object.hasOwn(item, one))
      : undefined;
    const projected = kept ? (Object.fromEntries(kept.map((one) => [one, item[one]])) as Item) : item;
    return { place, row: { sort: place.sort, id, item: projected, bytes: itemBytes(projected) } };
  }
}
