/** A name, a reference to one (`#name`), or the index of a list. */
export type Segment = string | number;

export interface Path {
  readonly kind: 'path';
  readonly segments: readonly Segment[];
}

export type Operand =
  | Path
  | { readonly kind: 'value'; readonly ref: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Operand[] }
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: Operand; readonly right: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'compare';
      readonly operator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: 'between'; readonly of: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly of: Operand; readonly options: readonly Operand[] }
  /** A function that is true or false. */
  | { readonly kind: 'test'; readonly name: string; readonly args: readonly Operand[] };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly value: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly ref: string }[];
  readonly delete: readonly { readonly path: Path; readonly ref: string }[];
}

/** An expression that was read, with the names and values that it refers to. */
export interface Parsed<T> {
  readonly root: T;
  readonly names: readonly string[];
  readonly values: readonly string[];
}
