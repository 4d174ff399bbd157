import type { Comparator, Condition, Operand } from './syntax.ts';
import type { Tokens } from './tokens.ts';

type Node = Condition | Operand;

const comparators: readonly Comparator[] = ['=', '<>', '<', '<=', '>', '>='];

/** The functions that are true or false, with the number of their operands. */
const tests: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html#Expressions.OperatorsAndFunctions.Syntax */
export function parseCondition(tokens: Tokens): Condition {
  /** What stands alone in parentheses. */
  const wrapped = new WeakSet<Node>();

  const either = (): Node => {
    let left = both();
    while (tokens.take('OR')) left = { kind: 'or', left: asCondition(left), right: asCondition(both()) };
    return left;
  };
  const both = (): Node => {
    let left = negation();
    while (tokens.take('AND'))
      left = { kind: 'and', left: asCondition(left), right: asCondition(negation()) };
    return left;
  };
  const negation = (): Node =>
    tokens.take('NOT') ? { kind: 'not', of: asCondition(negation()) } : comparison();

  const comparison = (): Node => {
    const left = atom();
    const operator = comparators.find((sign) => tokens.take(sign));
    if (operator) return { kind: 'compare', operator, left: asOperand(left), right: operand() };
    if (tokens.take('BETWEEN')) {
      const low = operand();
      tokens.expect('AND');
      return { kind: 'between', of: asOperand(left), low, high: operand() };
    }
    if (tokens.take('IN')) {
      tokens.expect('(');
      const options = [operand()];
      while (tokens.take(',')) options.push(operand());
      tokens.expect(')');
      return { kind: 'in', of: asOperand(left), options };
    }
    return left;
  };

  const atom = (): Node => {
    if (tokens.take('(')) {
      const inner = either();
      tokens.expect(')');
      if (wrapped.has(inner)) tokens.fail('The expression has redundant parentheses;');
      wrapped.add(inner);
      return inner;
    }
    if (tokens.next.kind === 'value') return { kind: 'value', ref: tokens.value() };
    return tokens.isCall ? call() : tokens.path();
  };

  const call = (): Node => {
    const name = tokens.takeKind('name');
    const expected = name === 'size' ? 1 : tests[name];
    if (expected === undefined) tokens.fail(`Invalid function name; function: ${name}`);
    const args = argumentsOf(tokens, operand);
    if (args.length !== expected) {
      const which = `operator or function: ${name}, number of operands: ${args.length}`;
      tokens.fail(`Incorrect number of operands for operator or function; ${which}`);
    }
    const [first] = args;
    if (name.startsWith('attribute_') && first?.kind !== 'path')
      tokens.fail(`Operator or function requires a document path; operator or function: ${name}`);
    return name === 'size' ? { kind: 'call', name, args } : { kind: 'test', name, args };
  };

  const misused = (name: string): never =>
    tokens.fail(`The function is not allowed to be used this way in an expression; function: ${name}`);
  const asOperand = (node: Node): Operand => {
    if (node.kind === 'test') misused(node.name);
    if (isOperand(node)) return node;
    return tokens.failHere();
  };
  const operand = () => asOperand(atom());
  const asCondition = (node: Node): Condition => {
    if (node.kind === 'call') misused(node.name);
    if (!isOperand(node)) return node;
    return tokens.failHere();
  };
  return asCondition(either());
}

const isOperand = (node: Node): node is Operand =>
  node.kind === 'path' || node.kind === 'value' || node.kind === 'call' || node.kind === 'sum';

/** The operands of a function, in parentheses. */
export function argumentsOf(tokens: Tokens, operand: () => Operand): Operand[] {
  tokens.expect('(');
  const args = [operand()];
  while (tokens.take(',')) args.push(operand());
  tokens.expect(')');
  return args;
}
