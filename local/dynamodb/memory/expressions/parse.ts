import { parseCondition } from './parse-condition.ts';
import { parseProjection, parseUpdate } from './parse-update.ts';
import type { Condition, Operand, Parsed, Path, Update } from './syntax.ts';
import { Tokens } from './tokens.ts';

/** Those of a program are few; those that a test makes up are not kept for ever. */
const KEPT = 2_000;

function remembering<T>(parse: (tokens: Tokens) => T) {
  const known = new Map<string, Parsed<T>>();
  return (kind: string, text: string): Parsed<T> => {
    const key = `${kind} ${text}`;
    let parsed = known.get(key);
    if (!parsed) {
      const tokens = new Tokens(kind, text);
      const root = parse(tokens);
      tokens.expectEnd();
      parsed = { root, names: [...tokens.names], values: [...tokens.values] };
      if (known.size >= KEPT) known.clear();
      known.set(key, parsed);
    }
    return parsed;
  };
}

/** Each reads an expression; `kind` is the parameter that it is. */
export const condition: (kind: string, text: string) => Parsed<Condition> = remembering(parseCondition);
export const update: (kind: string, text: string) => Parsed<Update> = remembering(parseUpdate);
export const projection: (kind: string, text: string) => Parsed<readonly Path[]> =
  remembering(parseProjection);

/** All paths of a condition. */
export function pathsIn(condition: Condition): Path[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return [...pathsIn(condition.left), ...pathsIn(condition.right)];
    case 'not':
      return pathsIn(condition.of);
    case 'compare':
      return [condition.left, condition.right].flatMap(pathsOf);
    case 'between':
      return [condition.of, condition.low, condition.high].flatMap(pathsOf);
    case 'in':
      return [condition.of, ...condition.options].flatMap(pathsOf);
    case 'test':
      return condition.args.flatMap(pathsOf);
  }
}

const pathsOf = (operand: Operand): Path[] =>
  operand.kind === 'path' ? [operand] : operand.kind === 'call' ? operand.args.flatMap(pathsOf) : [];
