import { type AttributeValue, type Item, isSet, membersOf, typeOf } from '../attribute-value.ts';
import { compare, equal } from '../compare.ts';
import type { Bindings } from './bindings.ts';
import type { Comparator, Condition, Operand } from './syntax.ts';

/** Whether an item, or the absence of one, meets a condition. */
export function meets(item: Item | undefined, condition: Condition, bindings: Bindings): boolean {
  const value = (operand: Operand) => operandIn(item, operand, bindings);
  switch (condition.kind) {
    case 'and':
      return meets(item, condition.left, bindings) && meets(item, condition.right, bindings);
    case 'or':
      return meets(item, condition.left, bindings) || meets(item, condition.right, bindings);
    case 'not':
      return !meets(item, condition.of, bindings);
    case 'compare':
      return holds(condition.operator, value(condition.left), value(condition.right));
    case 'between': {
      const of = value(condition.of);
      return holds('>=', of, value(condition.low)) && holds('<=', of, value(condition.high));
    }
    case 'in': {
      const of = value(condition.of);
      return condition.options.some((option) => holds('=', of, value(option)));
    }
    case 'test':
      return test(condition.name, condition.args.map(value));
  }
}

function holds(operator: Comparator, a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (operator === '<>') return !(a && b && equal(a, b));
  if (!a || !b) return false;
  if (operator === '=') return equal(a, b);
  const order = compare(a, b);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function test(name: string, [first, second]: readonly (AttributeValue | undefined)[]): boolean {
  switch (name) {
    case 'attribute_exists':
      return first !== undefined;
    case 'attribute_not_exists':
      return first === undefined;
  }
  if (!first || !second) return false;
  switch (name) {
    case 'attribute_type':
      return typeOf(first) === second.S;
    case 'begins_with':
      if (first.S !== undefined && second.S !== undefined) return first.S.startsWith(second.S);
      return first.B !== undefined && second.B !== undefined && latin1(first.B).startsWith(latin1(second.B));
    default:
      return contains(first, second);
  }
}

function contains(container: AttributeValue, member: AttributeValue): boolean {
  if (container.S !== undefined) return member.S !== undefined && container.S.includes(member.S);
  if (container.B !== undefined)
    return member.B !== undefined && latin1(container.B).includes(latin1(member.B));
  if (container.L) return container.L.some((one) => equal(one, member));
  const type = typeOf(container);
  if (!isSet(type)) return false;
  const wanted = member[type.charAt(0) as 'S' | 'N' | 'B'];
  return wanted !== undefined && (membersOf(container) ?? []).includes(wanted);
}

function operandIn(item: Item | undefined, operand: Operand, bindings: Bindings): AttributeValue | undefined {
  if (operand.kind === 'path') return bindings.at(item, operand);
  if (operand.kind === 'value') return bindings.value(operand.ref);
  const [of] = operand.kind === 'call' ? operand.args : [];
  const value = of && operandIn(item, of, bindings);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeOf({ S, B, L, M, SS, NS, BS }: AttributeValue): number | undefined {
  if (S !== undefined) return S.length;
  if (B !== undefined) return Buffer.byteLength(B, 'base64');
  return M ? Object.keys(M).length : (L ?? SS ?? NS ?? BS)?.length;
}

const latin1 = (base64: string) => Buffer.from(base64, 'base64').toString('latin1');
