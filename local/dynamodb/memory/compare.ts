import { type AttributeValue, attribute, membersOf, typeOf } from './attribute-value.ts';
import { numberBytes, sortable } from './numbers.ts';

/** A text whose UTF-16 units sort as DynamoDB sorts a string, a number or a binary value. */
export function sortText({ S, N, B }: AttributeValue): string {
  if (S !== undefined) return byBytes(S);
  return N !== undefined ? sortable(N) : Buffer.from(B ?? '', 'base64').toString('latin1');
}

/** Strings sort by their bytes in UTF-8, in which what needs a surrogate comes after all else. */
const byBytes = (text: string): string =>
  /[\ud800-\uffff]/.test(text)
    ? text.replace(/[\ud800-\uffff]/g, (unit) => String.fromCharCode(moved(unit.charCodeAt(0))))
    : text;

const moved = (unit: number) => (unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Below 0, 0 or above; undefined unless both have one type that is ordered. */
export function compare(a: AttributeValue, b: AttributeValue): number | undefined {
  const type = typeOf(a);
  if (type !== typeOf(b) || !(type === 'S' || type === 'N' || type === 'B')) return undefined;
  if (a[type] === b[type]) return 0;
  return sortText(a) < sortText(b) ? -1 : 1;
}

export function equal(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case 'L': {
      const [x = [], y = []] = [a.L, b.L];
      return x.length === y.length && x.every((one, index) => equal(one, y[index] as AttributeValue));
    }
    case 'M': {
      const [x = {}, y = {}] = [a.M, b.M];
      const names = Object.keys(x);
      if (names.length !== Object.keys(y).length) return false;
      return names.every((name) => {
        const other = attribute(y, name);
        return other !== undefined && equal(x[name] as AttributeValue, other);
      });
    }
    case 'SS':
    case 'NS':
    case 'BS': {
      const [x = [], y = []] = [membersOf(a), membersOf(b)];
      return x.length === y.length && x.every((member) => y.includes(member));
    }
    default:
      return a[type] === b[type];
  }
}

/**
 * Bytes that a value counts for, without its name.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function bytesOf(value: AttributeValue): number {
  const type = typeOf(value);
  switch (type) {
    case 'S':
      return Buffer.byteLength(value.S ?? '');
    case 'N':
      return numberBytes(value.N ?? '');
    case 'B':
      return Buffer.byteLength(value.B ?? '', 'base64');
    case 'L':
      return (value.L ?? []).reduce((sum, one) => sum + bytesOf(one) + 1, 3);
    case 'M':
      return Object.keys(value.M ?? {}).length + 3 + itemBytes(value.M ?? {});
    case 'SS':
      return (value.SS ?? []).reduce((sum, one) => sum + Buffer.byteLength(one), 0);
    case 'NS':
      return (value.NS ?? []).reduce((sum, one) => sum + numberBytes(one), 0);
    case 'BS':
      return (value.BS ?? []).reduce((sum, one) => sum + Buffer.byteLength(one, 'base64'), 0);
    default:
      return 1;
  }
}

export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  let sum = 0;
  for (const name of Object.keys(item))
    sum += Buffer.byteLength(name) + bytesOf(item[name] as AttributeValue);
  return sum;
}
