/**
 * Whether a record passes the filters of an event source mapping: any of the patterns, each as JSON text. No filters
 * let everything pass.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function createFilter(patterns: readonly string[]): (record: unknown) => boolean {
  const parsed = patterns.map((pattern) => JSON.parse(pattern) as unknown);
  return (record) => parsed.length === 0 || parsed.some((pattern) => matchesObject(pattern, record));
}

function matchesObject(pattern: unknown, value: unknown): boolean {
  if (!isObject(pattern)) return false;
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === '$or' && Array.isArray(expected)) return expected.some((p) => matchesObject(p, value));
    const actual = isObject(value) ? value[key] : undefined;
    if (!Array.isArray(expected)) return matchesObject(expected, actual);
    // An array of values matches if any of them does.
    const candidates = Array.isArray(actual) ? actual : [actual];
    return expected.some((rule) => candidates.some((candidate) => matchesRule(rule, candidate)));
  });
}

function matchesRule(rule: unknown, value: unknown): boolean {
  if (!isObject(rule)) return value === rule;
  return Object.entries(rule).every(([operator, operand]) => matchesOperator(operator, operand, value));
}

function matchesOperator(operator: string, operand: unknown, value: unknown): boolean {
  switch (operator) {
    case 'exists':
      // Of leaves only, as with EventBridge.
      return (value !== undefined && !isObject(value)) === operand;
    case 'prefix':
      return typeof value === 'string' && compare(operand, value, (text, part) => text.startsWith(part));
    case 'suffix':
      return typeof value === 'string' && compare(operand, value, (text, part) => text.endsWith(part));
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase();
    case 'anything-but': {
      if (value === undefined || isObject(value)) return false;
      const excluded = Array.isArray(operand) ? operand : [operand];
      return !excluded.some((rule) => matchesRule(rule, value));
    }
    case 'numeric':
      return typeof value === 'number' && Array.isArray(operand) && matchesNumeric(operand, value);
    default:
      return false;
  }
}

/** The operand is a text, or `{"equals-ignore-case": text}`. */
function compare(operand: unknown, value: string, test: (text: string, part: string) => boolean): boolean {
  if (!isObject(operand)) return test(value, String(operand));
  return test(value.toLowerCase(), String(operand['equals-ignore-case']).toLowerCase());
}

/** `[">", 0, "<=", 100]`: all of them. */
function matchesNumeric(comparisons: readonly unknown[], value: number): boolean {
  return comparisons.every((operator, i) => {
    if (i % 2 === 1) return true;
    const limit = Number(comparisons[i + 1]);
    switch (operator) {
      case '=':
        return value === limit;
      case '<':
        return value < limit;
      case '<=':
        return value <= limit;
      case '>':
        return value > limit;
      case '>=':
        return value >= limit;
      default:
        return false;
    }
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
