import { type AttributeValue, TYPES, type Type, typeOf } from '../attribute-value.ts';
import { compare } from '../compare.ts';
import { invalid } from '../errors.ts';
import type { Bindings } from './bindings.ts';
import { shownPath } from './paths.ts';
import type { Condition, Operand } from './syntax.ts';

const ordered: readonly Type[] = ['S', 'N', 'B'];
const sized: readonly Type[] = ['S', 'B', 'L', 'M', 'SS', 'NS', 'BS'];

/** Throws if a condition can never be met because of the types of the values that it was given. */
export function checkCondition(kind: string, condition: Condition, bindings: Bindings): void {
  const fail = (what: string) => invalid(`Invalid ${kind}: ${what}`);
  const literal = (operand: Operand | undefined) =>
    operand?.kind === 'value' ? bindings.value(operand.ref) : undefined;
  const require = (name: string, operand: Operand | undefined, types: readonly Type[]) => {
    if (operand?.kind === 'call') require('size', operand.args[0], sized);
    const value = literal(operand);
    if (value && !types.includes(typeOf(value))) {
      const which = `operator or function: ${name}, operand type: ${typeOf(value)}`;
      throw fail(`Incorrect operand type for operator or function; ${which}`);
    }
  };
  const requireDistinct = (operator: string, first: Operand, others: readonly Operand[]) => {
    if (first.kind !== 'path') return;
    const text = pathText(bindings, first);
    if (others.some((other) => other.kind === 'path' && pathText(bindings, other) === text))
      throw fail(
        'The first operand must be distinct from the remaining operands for this operator or function; ' +
          `operator: ${operator}, first operand: ${text}`,
      );
  };
  switch (condition.kind) {
    case 'and':
    case 'or':
      checkCondition(kind, condition.left, bindings);
      checkCondition(kind, condition.right, bindings);
      return;
    case 'not':
      checkCondition(kind, condition.of, bindings);
      return;
    case 'compare': {
      const { operator, left, right } = condition;
      const types = operator === '=' || operator === '<>' ? TYPES : ordered;
      requireDistinct(operator, left, [right]);
      for (const operand of [left, right]) require(operator, operand, types);
      return;
    }
    case 'between': {
      const { of, low, high } = condition;
      for (const operand of [of, low, high]) require('BETWEEN', operand, ordered);
      const [lower, upper] = [literal(low), literal(high)];
      if (!lower || !upper) return;
      const order = compare(lower, upper);
      const bounds = `lower bound operand: ${shown(lower)}, upper bound operand: ${shown(upper)}`;
      if (order === undefined)
        throw fail(`The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
      if (order > 0)
        throw fail(
          `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
        );
      return;
    }
    case 'in':
      requireDistinct('IN', condition.of, condition.options);
      for (const operand of [condition.of, ...condition.options]) require('IN', operand, TYPES);
      return;
    case 'test': {
      const { name, args } = condition;
      const [first, second] = args;
      if (name === 'begins_with') for (const operand of args) require(name, operand, ['S', 'B']);
      if (name === 'contains' && first && second) requireDistinct(name, first, [second]);
      if (name !== 'attribute_type') return;
      require(name, second, ['S']);
      const type = literal(second)?.S;
      if (type !== undefined && !TYPES.includes(type as Type))
        throw fail(
          `Invalid attribute type name found; type: ${type}, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}`,
        );
    }
  }
}

const shown = (value: AttributeValue) => {
  const type = typeOf(value);
  return `AttributeValue: {${type}:${value[type]}}`;
};

const pathText = (bindings: Bindings, path: Operand & { kind: 'path' }) => shownPath(bindings.path(path));
