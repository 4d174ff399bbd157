import { type Item, typeOf } from './attribute-value.ts';
import { itemBytes } from './compare.ts';
import { conditionFailed, invalid, parameterInvalid } from './errors.ts';
import { checkUpdate, updated } from './expressions/apply-update.ts';
import { Bindings } from './expressions/bindings.ts';
import { checkCondition } from './expressions/check-condition.ts';
import { meets } from './expressions/evaluate.ts';
import * as parse from './expressions/parse.ts';
import type { WriteInput } from './input.ts';
import type { Place } from './key-schema.ts';
import { readItem } from './read-value.ts';
import { type State, tableOf } from './state.ts';
import type { Table } from './table.ts';

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** A write that was checked as far as that is possible without the item. */
export interface ItemWrite {
  readonly table: Table;
  readonly place: Place;
  /** Tells items of all tables apart. */
  readonly id: string;
  readonly isMet: (before: Item | undefined) => boolean;
  /** Shows the item when the condition fails. */
  readonly showsOld: boolean;
  /** The item afterwards; undefined: there is none. Throws if the update does not fit the item. */
  readonly next: (before: Item | undefined) => Item | undefined;
  /** The names of the attributes that an update changes. */
  readonly changes: readonly string[];
}

export const MAX_ITEM_BYTES = 400 * 1024;

export function prepareWrite(state: State, kind: WriteKind, input: WriteInput): ItemWrite {
  const { ConditionExpression, UpdateExpression } = input;
  const update = kind === 'Update' ? UpdateExpression : undefined;
  if (kind === 'ConditionCheck' && ConditionExpression === undefined)
    throw invalid('The expression can not be empty;');
  const bindings = new Bindings(ConditionExpression !== undefined || update !== undefined, input);
  const updateRoot =
    update === undefined
      ? undefined
      : bindings.use('UpdateExpression', parse.update('UpdateExpression', update));
  const condition =
    ConditionExpression === undefined
      ? undefined
      : bindings.use('ConditionExpression', parse.condition('ConditionExpression', ConditionExpression));
  const paths = updateRoot ? checkUpdate(updateRoot, bindings) : [];
  if (condition) checkCondition('ConditionExpression', condition, bindings);
  bindings.checkUnused();

  const table = tableOf(state, input.TableName);
  const { schema } = table;
  const given = kind === 'Put' ? input.Item : input.Key;
  if (!given)
    throw invalid(
      kind === 'Put'
        ? 'Item to put in PutItem cannot be null'
        : 'Cannot have null key for GetItem, DeleteItem, or UpdateItem',
    );
  const item = readItem(given);
  if (kind === 'Put') {
    schema.check(item);
    table.checkIndexes(item, false);
    if (itemBytes(item) > MAX_ITEM_BYTES) throw invalid('Item size has exceeded the maximum allowed size');
  } else schema.checkKey(item);
  const changes = paths.map(([name]) => String(name));
  const inKey = changes.find((name) => schema.names.includes(name));
  if (inKey !== undefined)
    throw parameterInvalid(`Cannot update attribute ${inKey}. This attribute is part of the key`);
  const place = schema.placeOf(item);
  return {
    table,
    place,
    id: `${table.name} ${table.idOf(place)}`,
    isMet: (before) => !condition || meets(before, condition, bindings),
    showsOld: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
    changes,
    next(before) {
      if (kind === 'ConditionCheck') return before;
      if (kind === 'Delete') return undefined;
      if (kind === 'Put') return item;
      const after = updateRoot ? updated(before ?? item, updateRoot, bindings) : (before ?? item);
      table.checkIndexes(after, true);
      if (itemBytes(after) > MAX_ITEM_BYTES)
        throw invalid('Item size to update has exceeded the maximum allowed size');
      return after;
    },
  };
}

const returnable: Readonly<Record<string, readonly string[]>> = {
  Put: ['NONE', 'ALL_OLD'],
  Delete: ['NONE', 'ALL_OLD'],
  Update: ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW'],
};

/** PutItem, UpdateItem and DeleteItem. */
export function writeItem(state: State, kind: 'Put' | 'Update' | 'Delete', input: WriteInput) {
  const { ReturnValues = 'NONE' } = input;
  if (!returnable[kind]?.includes(ReturnValues)) throw invalid('Return values set to invalid value');
  const { table, place, isMet, showsOld, next, changes } = prepareWrite(state, kind, input);
  const before = table.rows.get(place)?.item;
  if (!isMet(before)) throw conditionFailed(showsOld ? before : undefined);
  const written = state.write(table, place, next(before));
  const from = ReturnValues.endsWith('OLD') ? written.before : written.after;
  const Attributes = ReturnValues.startsWith('UPDATED') && from ? only(from, changes) : from;
  return {
    table,
    written,
    output: ReturnValues !== 'NONE' && Attributes ? { Attributes } : {},
  };
}

function only(item: Item, names: readonly string[]): Item | undefined {
  const found = Object.entries(item).filter(([name, value]) => names.includes(name) && typeOf(value));
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
