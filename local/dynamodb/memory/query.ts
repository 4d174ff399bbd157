import type { Item } from './attribute-value.ts';
import { consumedByRead, readUnits } from './capacity.ts';
import { invalid } from './errors.ts';
import { Bindings } from './expressions/bindings.ts';
import { checkCondition } from './expressions/check-condition.ts';
import { meets } from './expressions/evaluate.ts';
import * as parse from './expressions/parse.ts';
import { projected } from './expressions/paths.ts';
import type { Condition } from './expressions/syntax.ts';
import type { QueryInput } from './input.ts';
import { readProjection } from './item-read.ts';
import { type KeyRange, keyRange } from './key-condition.ts';
import { firstIndex, isBefore, type Row } from './rows.ts';
import { partitionsOf } from './segments.ts';
import { type Source, sourceOf, startOf } from './source.ts';
import { type State, tableOf } from './state.ts';

/** A page ends with the item that takes it over this. */
const PAGE_BYTES = 1024 * 1024;

/** Query and Scan. `asOf`: items as they were then, unless the read is strongly consistent. */
export function query(state: State, isScan: boolean, input: QueryInput, asOf?: number) {
  const { KeyConditionExpression, FilterExpression, ProjectionExpression, Limit, Select } = input;
  if (Limit !== undefined && Limit < 1) throw invalid('Limit must be greater than or equal to 1');
  if (!isScan && KeyConditionExpression === undefined)
    throw invalid(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  const expressions = [KeyConditionExpression, FilterExpression, ProjectionExpression];
  const bindings = new Bindings(
    expressions.some((one) => one !== undefined),
    input,
  );
  const use = (kind: string, text: string | undefined): Condition | undefined => {
    if (text === undefined) return undefined;
    const condition = bindings.use(kind, parse.condition(kind, text));
    checkCondition(kind, condition, bindings);
    return condition;
  };
  const filter = use('FilterExpression', FilterExpression);
  const keys = isScan ? undefined : use('KeyConditionExpression', KeyConditionExpression);
  const paths = readProjection(ProjectionExpression, bindings);
  bindings.checkUnused();

  const source = sourceOf(tableOf(state, input.TableName), input);
  const range = keys && keyRange(keys, bindings, source.schema);
  const start = input.ExclusiveStartKey && startOf(source, input.ExclusiveStartKey);
  if (filter && !isScan) refuseKeys(filter, bindings, source);
  if (filter)
    source.checkProjects(
      'filter ',
      parse.pathsIn(filter).map((path) => bindings.path(path)),
    );
  if (paths) source.checkProjects('', paths);
  if (range && start && (start.partition !== range.partition || !isIn(range, start.sort)))
    throw invalid('The provided starting key does not match the range key predicate');

  const time = input.ConsistentRead === true ? undefined : asOf;
  const candidates = range
    ? ofPartition(
        source.rows.partition(range.partition, time),
        range,
        start,
        input.ScanIndexForward === false,
      )
    : ofAll(source, input, start, time);
  const items: Item[] = [];
  let scanned = 0;
  let bytes = 0;
  let last: Row | undefined;
  for (const row of candidates) {
    scanned += 1;
    bytes += row.bytes;
    if (!filter || meets(row.item, filter, bindings)) items.push(row.item);
    if (scanned === Limit || bytes > PAGE_BYTES) {
      last = row;
      break;
    }
  }
  const shown = paths ? items.map((item) => projected(item, paths)) : items.map(source.complete);
  return {
    output: {
      ...(Select !== 'COUNT' && { Items: shown }),
      Count: items.length,
      ScannedCount: scanned,
      ...(last && { LastEvaluatedKey: source.positionOf(last.item) }),
    },
    consumed: consumedByRead(source.table, readUnits(bytes, input.ConsistentRead === true), input.IndexName),
  };
}

const isIn = ({ hasBegun, hasEnded }: KeyRange, sort: string) => hasBegun(sort) && !hasEnded(sort);

interface Start {
  readonly partition: string;
  readonly sort: string;
  readonly id: string;
}

function* ofPartition(
  rows: readonly Row[],
  range: Omit<KeyRange, 'partition'>,
  start: Start | undefined,
  backwards: boolean,
): Generator<Row> {
  let from = firstIndex(rows, ({ sort }) => range.hasBegun(sort));
  let to = firstIndex(rows, ({ sort }) => range.hasEnded(sort));
  if (start) {
    const at = firstIndex(rows, (row) => !isBefore(row, start.sort, start.id));
    const isThere = rows[at]?.sort === start.sort && rows[at]?.id === start.id;
    if (backwards) to = Math.min(to, at);
    else from = Math.max(from, isThere ? at + 1 : at);
  }
  if (backwards) for (let index = to - 1; index >= from; index -= 1) yield rows[index] as Row;
  else for (let index = from; index < to; index += 1) yield rows[index] as Row;
}

const everything = { hasBegun: () => true, hasEnded: () => false };

function* ofAll(
  { rows }: Source,
  { Segment, TotalSegments }: QueryInput,
  start: Start | undefined,
  asOf: number | undefined,
): Generator<Row> {
  for (const partition of partitionsOf(rows, Segment, TotalSegments)) {
    if (start && partition < start.partition) continue;
    const from = start?.partition === partition ? start : undefined;
    yield* ofPartition(rows.partition(partition, asOf), everything, from, false);
  }
}

/** A filter of a query sees no keys. */
function refuseKeys(filter: Condition, bindings: Bindings, { schema }: Source): void {
  const found = parse.pathsIn(filter).find((path) => schema.names.includes(String(bindings.path(path)[0])));
  if (!found) return;
  const name = bindings.path(found)[0];
  throw invalid(
    `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
  );
}
