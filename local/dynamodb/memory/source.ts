import type { Item } from './attribute-value.ts';
import { invalid, parameterInvalid } from './errors.ts';
import type { ResolvedPath } from './expressions/bindings.ts';
import type { QueryInput } from './input.ts';
import type { KeySchema } from './key-schema.ts';
import { readItem } from './read-value.ts';
import type { Rows } from './rows.ts';
import type { Table } from './table.ts';

/** What a query reads from: a table or one of its indexes. */
export interface Source {
  readonly table: Table;
  readonly schema: KeySchema;
  readonly rows: Rows;
  readonly isIndex: boolean;
  /** What an ExclusiveStartKey says of an item. */
  readonly positionOf: (item: Item) => Item;
  /** Throws if a global index does not have what is asked of it. `what`: for the error. */
  readonly checkProjects: (what: string, paths: readonly ResolvedPath[]) => void;
  /** The item as it is shown when all attributes are asked for. */
  readonly complete: (item: Item) => Item;
}

export function sourceOf(table: Table, { IndexName, ConsistentRead, Select }: QueryInput): Source {
  if (IndexName === undefined) {
    const { schema, rows } = table;
    const positionOf = (item: Item) => schema.keyOf(item);
    return {
      table,
      schema,
      rows,
      isIndex: false,
      positionOf,
      checkProjects: () => {},
      complete: (item) => item,
    };
  }
  const index = table.indexes.find(({ name }) => name === IndexName);
  if (!index) throw invalid(`The table does not have the specified index: ${IndexName}`);
  if (ConsistentRead && !index.isLocal) throw invalid('Consistent read cannot be true when querying a GSI');
  const all = Select === 'ALL_ATTRIBUTES' && index.attributes;
  if (all && !index.isLocal)
    throw invalid(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${IndexName} because its projection type is not ALL`,
    );
  return {
    ...{ table, isIndex: true },
    ...{ schema: index.schema, rows: index.rows },
    positionOf: (item) => ({ ...index.schema.keyOf(item), ...table.schema.keyOf(item) }),
    checkProjects(what, paths) {
      if (index.isLocal || !index.attributes) return;
      const known = [...index.schema.names, ...table.schema.names, ...index.attributes];
      const missing = new Set(paths.map(([name]) => String(name)).filter((name) => !known.includes(name)));
      if (missing.size > 0)
        throw parameterInvalid(
          `Secondary index ${IndexName} does not project one or more ${what}attributes: [${[...missing].join(', ')}]`,
        );
    },
    complete: (item) => (all ? (table.rows.get(table.schema.placeOf(item))?.item ?? item) : item),
  };
}

/** Where a page begins. Throws unless the key has all that it takes. */
export function startOf({ table, schema, isIndex }: Source, raw: object) {
  const key = readItem(raw);
  const names = new Set([...schema.names, ...table.schema.names]);
  if (Object.keys(key).length !== names.size)
    throw invalid("Exclusive Start Key must have same size as table's key schema");
  for (const name of names)
    if (!Object.hasOwn(key, name)) throw invalid('The provided starting key is invalid');
  return { ...schema.placeOf(key), id: isIndex ? table.idOf(table.schema.placeOf(key)) : '' };
}
