import { type AttributeValue, type Item, setAttribute, TYPES, type Type } from './attribute-value.ts';
import { invalid, parameterInvalid } from './errors.ts';
import { normalized } from './numbers.ts';

const MAX_DEPTH = 32;

/** An item of a request as DynamoDB keeps it: a copy, with numbers normalized and sets in order. Throws what is wrong with it. */
export function readItem(raw: unknown, depth = 0): Item {
  const item: Record<string, AttributeValue> = {};
  for (const name of Object.keys(raw as object))
    setAttribute(item, name, readValue((raw as Item)[name], depth));
  return item;
}

export function readValue(raw: unknown, depth = 0): AttributeValue {
  let type: Type | undefined;
  let more: Type | undefined;
  for (const key of Object.keys(Object(raw)) as Type[]) {
    if ((raw as AttributeValue)[key] === undefined) continue;
    if (type) more ??= key;
    else type = key;
  }
  if (!type || !TYPES.includes(type))
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  if (more)
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  const value = raw as AttributeValue;
  switch (type) {
    case 'S':
      return { S: `${value.S}` };
    case 'N':
      return { N: normalized(`${value.N}`) };
    case 'B':
      return { B: `${value.B}` };
    case 'BOOL':
      return { BOOL: value.BOOL === true };
    case 'NULL':
      if (value.NULL !== true)
        throw parameterInvalid('Null attribute value types must have the value of true');
      return { NULL: true };
    case 'L':
      return { L: (value.L ?? []).map((one) => readValue(one, deeper(depth))) };
    case 'M':
      return { M: readItem(value.M, deeper(depth)) };
    case 'SS':
      return { SS: readSet(value.SS, 'string').sort() };
    case 'NS':
      return { NS: readSet(value.NS?.map(normalized), 'number') };
    case 'BS':
      return { BS: readSet(value.BS, 'binary') };
  }
}

function deeper(depth: number): number {
  if (depth + 1 >= MAX_DEPTH) throw invalid('Nesting Levels have exceeded supported limits');
  return depth + 1;
}

function readSet(members: readonly string[] | undefined, kind: string): string[] {
  if (!members?.length) throw parameterInvalid(`An ${kind} set  may not be empty`);
  if (new Set(members).size < members.length)
    throw parameterInvalid(`Input collection [${members.join(', ')}] contains duplicates`);
  return [...members];
}
