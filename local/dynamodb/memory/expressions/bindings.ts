import type { AttributeValue, Item } from '../attribute-value.ts';
import { attribute } from '../attribute-value.ts';
import { invalid } from '../errors.ts';
import { readItem } from '../read-value.ts';
import type { Parsed, Path } from './syntax.ts';

/** The path without references. */
export type ResolvedPath = readonly (string | number)[];

interface Input {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

const none = {};

/** What the references in the expressions of one request stand for. */
export class Bindings {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;
  /** Of both. */
  readonly #used = new Set<string>();

  /** `has`: whether the request has any expression. */
  constructor(has: boolean, { ExpressionAttributeNames, ExpressionAttributeValues }: Input) {
    const check = (what: string, given: object | undefined) => {
      if (!given) return;
      if (!has) throw invalid(`${what} can only be specified when using expressions`);
      if (Object.keys(given).length === 0) throw invalid(`${what} must not be empty`);
    };
    check('ExpressionAttributeNames', ExpressionAttributeNames);
    check('ExpressionAttributeValues', ExpressionAttributeValues);
    this.#names = ExpressionAttributeNames ?? none;
    this.#values = ExpressionAttributeValues ? readItem(ExpressionAttributeValues) : none;
  }

  /** Throws if an expression refers to what is not there. `kind`: which parameter it is. */
  use<T>(kind: string, { root, names, values }: Parsed<T>): T {
    for (const name of names) {
      if (this.#names[name] === undefined)
        throw invalid(
          `Invalid ${kind}: An expression attribute name used in the document path is not defined; attribute name: ${name}`,
        );
      this.#used.add(name);
    }
    for (const value of values) {
      if (this.#values[value] === undefined)
        throw invalid(
          `Invalid ${kind}: An expression attribute value used in expression is not defined; attribute value: ${value}`,
        );
      this.#used.add(value);
    }
    return root;
  }

  /** Throws if something was given that no expression has used. */
  checkUnused(): void {
    const check = (what: string, given: object) => {
      const unused = Object.keys(given).filter((ref) => !this.#used.has(ref));
      if (unused.length > 0)
        throw invalid(`Value provided in ${what} unused in expressions: keys: {${unused.join(', ')}}`);
    };
    check('ExpressionAttributeNames', this.#names);
    check('ExpressionAttributeValues', this.#values);
  }

  value(ref: string): AttributeValue {
    const value = this.#values[ref];
    if (!value) throw new Error(`${ref} was not checked`);
    return value;
  }

  name(segment: string): string {
    return segment.startsWith('#') ? (this.#names[segment] ?? segment) : segment;
  }

  path({ segments }: Path): ResolvedPath {
    return segments.map((segment) => (typeof segment === 'string' ? this.name(segment) : segment));
  }

  /** What an item has there. */
  at(item: Item | undefined, { segments }: Path): AttributeValue | undefined {
    let value: AttributeValue | undefined;
    for (let index = 0; index < segments.length; index += 1) {
      const segment = segments[index] as string | number;
      if (typeof segment === 'number') value = value?.L?.[segment];
      else value = attribute(index === 0 ? item : value?.M, this.name(segment));
      if (!value) return undefined;
    }
    return value;
  }
}
