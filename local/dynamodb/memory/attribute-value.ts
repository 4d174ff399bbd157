/** A value in wire form: exactly one of these. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
export interface AttributeValue {
  readonly S?: string;
  /** A decimal number. */
  readonly N?: string;
  /** Base64. */
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

export type Item = Readonly<Record<string, AttributeValue>>;

export type Type = keyof AttributeValue;

export const TYPES: readonly Type[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS'];

export function typeOf(value: AttributeValue): Type {
  for (const type in value) return type as Type;
  throw new Error('An attribute value has a type');
}

/** Not what every object inherits: attributes may have any name. */
export const attribute = (item: Item | undefined, name: string): AttributeValue | undefined =>
  item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;

/** Also for a name such as `__proto__`. */
export function setAttribute(
  item: Record<string, AttributeValue>,
  name: string,
  value: AttributeValue,
): void {
  if (name !== '__proto__') item[name] = value;
  else Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
}

export const isSet = (type: Type) => type === 'SS' || type === 'NS' || type === 'BS';

/** The members of a set; undefined of anything else. */
export const membersOf = ({ SS, NS, BS }: AttributeValue): readonly string[] | undefined => SS ?? NS ?? BS;
