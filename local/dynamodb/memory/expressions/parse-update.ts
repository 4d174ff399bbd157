import { argumentsOf } from './parse-condition.ts';
import type { Operand, Path, Update } from './syntax.ts';
import type { Tokens } from './tokens.ts';

const sections = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html */
export function parseUpdate(tokens: Tokens): Update {
  const found = new Set<string>();
  const update = {
    set: [] as { path: Path; value: Operand }[],
    remove: [] as Path[],
    add: [] as { path: Path; ref: string }[],
    delete: [] as { path: Path; ref: string }[],
  };
  const clauses = {
    SET() {
      const path = tokens.path();
      tokens.expect('=');
      update.set.push({ path, value: sum(tokens) });
    },
    REMOVE: () => update.remove.push(tokens.path()),
    ADD: () => update.add.push({ path: tokens.path(), ref: tokens.value() }),
    DELETE: () => update.delete.push({ path: tokens.path(), ref: tokens.value() }),
  };
  do {
    const section = sections.find((name) => tokens.take(name));
    if (!section) return tokens.failHere();
    if (found.has(section))
      tokens.fail(`The "${section}" section can only be used once in an update expression;`);
    found.add(section);
    do clauses[section]();
    while (tokens.take(','));
  } while (!tokens.isAtEnd);
  return update;
}

function sum(tokens: Tokens): Operand {
  const left = operand(tokens);
  if (tokens.take('+')) return { kind: 'sum', sign: 1, left, right: operand(tokens) };
  if (tokens.take('-')) return { kind: 'sum', sign: -1, left, right: operand(tokens) };
  return left;
}

function operand(tokens: Tokens): Operand {
  if (tokens.take('(')) {
    const inner = sum(tokens);
    tokens.expect(')');
    return inner;
  }
  if (tokens.next.kind === 'value') return { kind: 'value', ref: tokens.value() };
  if (!tokens.isCall) return tokens.path();
  const name = tokens.takeKind('name');
  if (name !== 'if_not_exists' && name !== 'list_append')
    tokens.fail(`Invalid function name; function: ${name}`);
  const args = argumentsOf(tokens, () => operand(tokens));
  if (args.length !== 2) {
    const which = `operator or function: ${name}, number of operands: ${args.length}`;
    tokens.fail(`Incorrect number of operands for operator or function; ${which}`);
  }
  if (name === 'if_not_exists' && args[0]?.kind !== 'path')
    tokens.fail(`Operator or function requires a document path; operator or function: ${name}`);
  return { kind: 'call', name, args };
}

export function parseProjection(tokens: Tokens): readonly Path[] {
  const paths = [tokens.path()];
  while (tokens.take(',')) paths.push(tokens.path());
  return paths;
}
