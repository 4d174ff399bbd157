import { type AttributeValue, attribute, type Item, typeOf } from './attribute-value.ts';
import { bytesOf, sortText } from './compare.ts';
import { invalid, parameterInvalid } from './errors.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

/** Where an item is: `sort` orders it among those of its partition, and is empty without a sort key. */
export interface Place {
  readonly partition: string;
  readonly sort: string;
}

export const emptyKey = (name: string) =>
  invalid(
    'One or more parameter values are not valid. ' +
      `The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
  );

/** The key of a table or an index. */
export class KeySchema {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute | undefined;
  readonly names: readonly string[];

  constructor(hash: KeyAttribute, range: KeyAttribute | undefined) {
    this.hash = hash;
    this.range = range;
    this.names = range ? [hash.name, range.name] : [hash.name];
  }

  keyOf(item: Item): Item {
    return Object.fromEntries(this.names.map((name) => [name, item[name] as AttributeValue]));
  }

  placeOf(item: Item): Place {
    const sort = this.range && item[this.range.name];
    return { partition: sortText(item[this.hash.name] as AttributeValue), sort: sort ? sortText(sort) : '' };
  }

  /** Throws unless the item has a valid key. */
  check(item: Item): void {
    if (this.names.some((name) => !attribute(item, name)))
      throw invalid('One of the required keys was not given a value');
    for (const key of [this.hash, this.range]) if (key) checkKeyValue(key, item[key.name] as AttributeValue);
    const { hash, range } = this;
    if (
      bytesOf(item[hash.name] as AttributeValue) > MAX_HASH_BYTES ||
      (range && bytesOf(item[range.name] as AttributeValue) > MAX_RANGE_BYTES)
    )
      throw invalid(
        'Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024 bytes',
      );
  }

  /** Throws unless this is a valid key, and nothing else. */
  checkKey(key: Item): void {
    if (Object.keys(key).length !== this.names.length)
      throw invalid('The number of conditions on the keys is invalid');
    this.check(key);
  }

  /** Whether an index lists the item. */
  lists(item: Item): boolean {
    return this.names.every((name) => Object.hasOwn(item, name));
  }

  /** Throws if an attribute of an index's key cannot be one. `emptyMessage`: what is said of an empty one. */
  checkIndexKey(item: Item, emptyMessage: (attribute: string) => string): void {
    for (const key of [this.hash, this.range]) {
      const value = key && attribute(item, key.name);
      if (!value) continue;
      if (typeOf(value) !== key.type) throw parameterInvalid('Type mismatch for Index Key');
      if (value.S === '' || value.B === '') throw invalid(emptyMessage(key.name));
      if (bytesOf(value) > (key === this.hash ? MAX_HASH_BYTES : MAX_RANGE_BYTES))
        throw parameterInvalid('Size limit exceeded');
    }
  }
}

const MAX_HASH_BYTES = 2048;
const MAX_RANGE_BYTES = 1024;

function checkKeyValue({ name, type }: KeyAttribute, value: AttributeValue): void {
  if (typeOf(value) !== type) throw parameterInvalid('Type mismatch for key');
  if (value.S === '' || value.B === '') throw emptyKey(name);
}
