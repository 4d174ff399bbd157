import type { AttributeValue, Item } from '../attribute-value.ts';
import { attribute } from '../attribute-value.ts';
import { invalid } from '../errors.ts';
import { readValue } from '../read-value.ts';
import type { Parsed, Path } from './syntax.ts';

/** The path without references. */
export type ResolvedPath = readonly (string | number)[];

interface Input {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

/** What the references in the expressions of one request stand for. */
export class Bindings {
  readonly #names: Readonly<Record<string, string>>;
  readonly #rawValues: Readonly<Record<string, unknown>>;
  readonly #values = new Map<string, AttributeValue>();
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;

  /** `has`: whether the request has any expression. */
  constructor(has: boolean, { ExpressionAttributeNames, ExpressionAttributeValues }: Input) {
    this.#names = ExpressionAttributeNames ?? {};
    this.#rawValues = ExpressionAttributeValues ?? {};
    this.#unusedNames = new Set(Object.keys(this.#names));
    this.#unusedValues = new Set(Object.keys(this.#rawValues));
    for (const [what, given, keys] of [
      ['ExpressionAttributeNames', ExpressionAttributeNames, this.#unusedNames],
      ['ExpressionAttributeValues', ExpressionAttributeValues, this.#unusedValues],
    ] as const) {
      if (!given) continue;
      if (!has) throw invalid(`${what} can only be specified when using expressions`);
      if (keys.size === 0) throw invalid(`${what} must not be empty`);
    }
    for (const [ref, value] of Object.entries(this.#rawValues)) this.#values.set(ref, readValue(value));
  }

  /** Throws if an expression refers to what is not there. `kind`: which parameter it is. */
  use<T>(kind: string, { root, names, values }: Parsed<T>): T {
    for (const name of names) {
      if (this.#names[name] === undefined)
        throw invalid(
          `Invalid ${kind}: An expression attribute name used in the document path is not defined; attribute name: ${name}`,
        );
      this.#unusedNames.delete(name);
    }
    for (const value of values) {
      if (!this.#values.has(value))
        throw invalid(
          `Invalid ${kind}: An expression attribute value used in expression is not defined; attribute value: ${value}`,
        );
      this.#unusedValues.delete(value);
    }
    return root;
  }

  /** Throws if something was given that no expression has used. */
  checkUnused(): void {
    const unused = (what: string, keys: ReadonlySet<string>) =>
      invalid(`Value provided in ${what} unused in expressions: keys: {${[...keys].join(', ')}}`);
    if (this.#unusedNames.size > 0) throw unused('ExpressionAttributeNames', this.#unusedNames);
    if (this.#unusedValues.size > 0) throw unused('ExpressionAttributeValues', this.#unusedValues);
  }

  value(ref: string): AttributeValue {
    const value = this.#values.get(ref);
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
