import type { Item } from './attribute-value.ts';
import { consumedByRead, readUnits } from './capacity.ts';
import { invalid } from './errors.ts';
import { Bindings, type ResolvedPath } from './expressions/bindings.ts';
import * as parse from './expressions/parse.ts';
import { checkOverlaps, projected } from './expressions/paths.ts';
import type { ReadInput } from './input.ts';
import { readItem } from './read-value.ts';
import { type State, tableOf } from './state.ts';
import type { Table } from './table.ts';

/** What a request wants of each item; undefined: all. */
export function readProjection(
  text: string | undefined,
  bindings: Bindings,
): readonly ResolvedPath[] | undefined {
  if (text === undefined) return undefined;
  const parsed = parse.projection('ProjectionExpression', text);
  const paths = bindings.use('ProjectionExpression', parsed).map((path) => bindings.path(path));
  checkOverlaps('ProjectionExpression', paths);
  return paths;
}

/** Reads one item. `asOf`: as it was then, unless the read is strongly consistent. */
export function readItemAt(table: Table, input: Omit<ReadInput, 'TableName'>, asOf?: number) {
  const bindings = new Bindings(input.ProjectionExpression !== undefined, input);
  const paths = readProjection(input.ProjectionExpression, bindings);
  bindings.checkUnused();
  if (!input.Key) throw invalid('Cannot have null key for GetItem, DeleteItem, or UpdateItem');
  const key = readItem(input.Key);
  table.schema.checkKey(key);
  const isConsistent = input.ConsistentRead === true;
  const place = table.schema.placeOf(key);
  const row = table.rows.get(place, isConsistent ? undefined : asOf);
  const found: Item | undefined = row && (paths ? projected(row.item, paths) : row.item);
  const consumed = consumedByRead(table, readUnits(row?.bytes ?? 0, isConsistent));
  return { found, consumed, id: `${table.name} ${table.idOf(place)}` };
}

export function getItem(state: State, input: ReadInput, asOf?: number) {
  const { found, consumed } = readItemAt(tableOf(state, input.TableName), input, asOf);
  return { output: found ? { Item: found } : {}, consumed };
}
