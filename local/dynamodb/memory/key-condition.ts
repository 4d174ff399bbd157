import { type AttributeValue, typeOf } from './attribute-value.ts';
import { sortText } from './compare.ts';
import { invalid, parameterInvalid } from './errors.ts';
import type { Bindings } from './expressions/bindings.ts';
import type { Condition, Operand } from './expressions/syntax.ts';
import { emptyKey, type KeyAttribute, type KeySchema } from './key-schema.ts';

/** Which rows of which partition a query reads. Each tells of the sort text of a row. */
export interface KeyRange {
  readonly partition: string;
  /** True from the first row of the range on. */
  readonly hasBegun: (sort: string) => boolean;
  /** True from the first row behind the range on. */
  readonly hasEnded: (sort: string) => boolean;
}

/** One attribute compared with values: what a key condition consists of. */
interface Part {
  readonly name: string;
  readonly operator: string;
  readonly values: readonly AttributeValue[];
}

const notSupported = () => invalid('Query key condition not supported');
const missed = () => invalid('Query condition missed key schema element');

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html */
export function keyRange(condition: Condition, bindings: Bindings, schema: KeySchema): KeyRange {
  const parts = partsOf(condition, bindings);
  if (new Set(parts.map(({ name }) => name)).size < parts.length)
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  const { hash, range } = schema;
  const [ofHash, ofRange] = [hash, range].map((key) => parts.find(({ name }) => name === key?.name));
  if (!ofHash || parts.length > (ofRange ? 2 : 1)) throw missed();
  if (ofHash.operator !== '=') throw notSupported();
  const [partition = ''] = checked(hash, ofHash);
  if (!range || !ofRange) return { partition, hasBegun: () => true, hasEnded: () => false };
  return { partition, ...rangeOf(ofRange.operator, checked(range, ofRange)) };
}

function checked(key: KeyAttribute, { values }: Part): string[] {
  for (const value of values) {
    if (typeOf(value) !== key.type)
      throw parameterInvalid('Condition parameter type does not match schema type');
    if (value.S === '' || value.B === '') throw emptyKey(key.name);
  }
  return values.map(sortText);
}

function rangeOf(operator: string, [first = '', second = '']: string[]): Omit<KeyRange, 'partition'> {
  const all = { hasBegun: () => true, hasEnded: () => false };
  switch (operator) {
    case '=':
      return { hasBegun: (sort) => sort >= first, hasEnded: (sort) => sort > first };
    case '<':
      return { ...all, hasEnded: (sort) => sort >= first };
    case '<=':
      return { ...all, hasEnded: (sort) => sort > first };
    case '>':
      return { ...all, hasBegun: (sort) => sort > first };
    case '>=':
      return { ...all, hasBegun: (sort) => sort >= first };
    case 'BETWEEN':
      return { hasBegun: (sort) => sort >= first, hasEnded: (sort) => sort > second };
    default:
      return {
        hasBegun: (sort) => sort >= first,
        hasEnded: (sort) => sort > first && !sort.startsWith(first),
      };
  }
}

function partsOf(condition: Condition, bindings: Bindings): Part[] {
  const refused = (operator: string) =>
    invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
  const part = (operator: string, path: Operand | undefined, ...values: (Operand | undefined)[]): Part => {
    if (path?.kind !== 'path' || path.segments.length > 1) throw notSupported();
    return {
      name: String(bindings.path(path)[0]),
      operator,
      values: values.map((value) => {
        if (value?.kind !== 'value') throw notSupported();
        return bindings.value(value.ref);
      }),
    };
  };
  switch (condition.kind) {
    case 'and':
      return [...partsOf(condition.left, bindings), ...partsOf(condition.right, bindings)];
    case 'compare': {
      const { operator, left, right } = condition;
      if (operator === '<>') throw refused(operator);
      if (left.kind === 'value') return [part(mirrored[operator] ?? operator, right, left)];
      return [part(operator, left, right)];
    }
    case 'between':
      return [part('BETWEEN', condition.of, condition.low, condition.high)];
    case 'test':
      if (condition.name !== 'begins_with') throw refused(condition.name);
      return [part(condition.name, condition.args[0], condition.args[1])];
    default:
      throw refused(condition.kind.toUpperCase());
  }
}

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
