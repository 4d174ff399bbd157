import { invalid } from './errors.ts';

/** 0.`digits` × 10^`exponent`; no digits: zero. */
interface Decimal {
  readonly isNegative: boolean;
  /** Neither the first nor the last is 0. */
  readonly digits: string;
  readonly exponent: number;
}

/** What is written the same way it comes back, and exact as a number of JavaScript. */
const plainInteger = /^(?:0|-?[1-9]\d{0,14})$/;

/**
 * A number as DynamoDB gives it back: 38 significant digits, from 1E-130 to 9.9…E+125.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
 */
export function normalized(text: string): string {
  if (plainInteger.test(text)) return text;
  const number = parse(text);
  check(number);
  return format(number);
}

function parse(text: string): Decimal {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  if (all === '') throw invalid('A value provided cannot be converted into a number');
  const digits = all.replace(/^0+/, '');
  const exponent = whole.length - (all.length - digits.length) + Number(power);
  return { isNegative: sign === '-', digits: digits.replace(/0+$/, ''), exponent };
}

function check({ digits, exponent }: Decimal): void {
  if (digits.length > 38) throw invalid('DynamoDB only supports precision up to 38 digits');
  if (digits === '') return;
  const range = (what: string, than: string) =>
    invalid(`Number ${what}. Attempting to store a number with magnitude ${than} than supported range`);
  if (exponent > 126) throw range('overflow', 'larger');
  if (exponent < -129) throw range('underflow', 'smaller');
}

function format({ isNegative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = isNegative ? '-' : '';
  if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return sign + digits.padEnd(exponent, '0');
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** The sum of two normalized numbers, or their difference. */
export function add(a: string, b: string, sign: 1 | -1 = 1): string {
  if (plainInteger.test(a) && plainInteger.test(b)) return String(Number(a) + sign * Number(b));
  const [x, y] = [parse(a), parse(b)];
  const scale = Math.min(x.exponent - x.digits.length, y.exponent - y.digits.length);
  const sum = scaled(x, scale) + BigInt(sign) * scaled(y, scale);
  return normalized(`${sum}e${scale}`);
}

const scaled = ({ isNegative, digits, exponent }: Decimal, scale: number): bigint =>
  BigInt(`${isNegative ? '-' : ''}${digits || 0}`) * 10n ** BigInt(exponent - digits.length - scale);

/** A text that sorts, by its UTF-16 units, as the normalized number does. */
export function sortable(text: string): string {
  const { isNegative, digits, exponent } = parse(text);
  if (digits === '') return '1';
  const power = String(exponent + 500);
  if (!isNegative) return `2${power}${digits}`;
  // What ends earlier is greater.
  return `0${complement(power)}${complement(digits)}~`;
}

const complement = (digits: string) => digits.replace(/\d/g, (digit) => String(9 - Number(digit)));

/** Bytes that a number counts for. */
export function numberBytes(text: string): number {
  const digits = text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}
