/** A value for each period, newest last; undefined where there is none. */
export type Series = readonly (number | undefined)[];
type Value = number | Series | readonly Series[];

const isSeries = (value: Value): value is Series => Array.isArray(value) && !isList(value);
const isList = (value: Value): value is readonly Series[] =>
  Array.isArray(value) && value.some(Array.isArray);

const tokens = /\s*(\d+(?:\.\d+)?|[A-Za-z_]\w*|>=|<=|==|!=|[-+*/()[\],<>])/y;

/**
 * Metric math, as far as it is run here: numbers, ids, arithmetic, comparisons, lists, `SUM`, `AVG`, `MIN`, `MAX`, `FILL` and `IF`.
 * Between two series there is a value where both have one; `SUM`, `AVG`, `MIN` and `MAX` of a list take what there is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * @param length of the series that the result is
 * @throws what of the expression does not run here
 */
export function evaluate(expression: string, series: ReadonlyMap<string, Series>, length: number): Series {
  const parser = new Parser(split(expression), series, length);
  return parser.whole();
}

function split(expression: string): string[] {
  const found: string[] = [];
  tokens.lastIndex = 0;
  while (expression.slice(tokens.lastIndex).trim() !== '') {
    const at = tokens.lastIndex;
    const token = tokens.exec(expression)?.[1];
    if (token === undefined) throw new Error(`“${expression.slice(at)}” in the expression ${expression}`);
    found.push(token);
  }
  return found;
}

const operators: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  {
    '>': (a, b) => Number(a > b),
    '<': (a, b) => Number(a < b),
    '>=': (a, b) => Number(a >= b),
    '<=': (a, b) => Number(a <= b),
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

const aggregates: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

class Parser {
  readonly #tokens: string[];
  readonly #series: ReadonlyMap<string, Series>;
  readonly #length: number;

  constructor(tokens: string[], series: ReadonlyMap<string, Series>, length: number) {
    this.#tokens = tokens;
    this.#series = series;
    this.#length = length;
  }

  whole(): Series {
    const value = this.#expression(0);
    const [rest] = this.#tokens;
    if (rest !== undefined) throw new Error(`“${rest}” in a metric math expression`);
    return this.#spread(value);
  }

  /** Operators of one precedence, from the left. */
  #expression(level: number): Value {
    const own = operators[level];
    if (!own) return this.#unary();
    let left = this.#expression(level + 1);
    for (let operator = own[this.#tokens[0] ?? '']; operator; operator = own[this.#tokens[0] ?? '']) {
      this.#tokens.shift();
      left = this.#combine(operator, left, this.#expression(level + 1));
    }
    return left;
  }

  #unary(): Value {
    const token = this.#tokens.shift() ?? '';
    if (token === '-') return this.#combine((a, b) => a - b, 0, this.#unary());
    if (token === '(') return this.#until(')')[0] ?? 0;
    if (token === '[') return this.#until(']').map((value) => this.#spread(value));
    if (/^\d/.test(token)) return Number(token);
    const known = this.#series.get(token);
    if (known) return known;
    if (this.#tokens.shift() !== '(') throw new Error(`“${token}” in a metric math expression`);
    return this.#call(token, this.#until(')'));
  }

  /** What is separated by commas, up to a bracket. */
  #until(end: string): Value[] {
    const values: Value[] = [];
    do values.push(this.#expression(0));
    while (this.#tokens[0] === ',' && this.#tokens.shift());
    if (this.#tokens.shift() !== end) throw new Error(`an expression without its “${end}”`);
    return values;
  }

  #call(name: string, [first = 0, second = 0, third = 0]: Value[]): Value {
    const aggregate = aggregates[name];
    if (aggregate) {
      const all = isList(first) ? first : [this.#spread(first)];
      const at = (index: number) => all.flatMap((one) => one[index] ?? []);
      // Of one series it is a number.
      if (isSeries(first)) return aggregate(first.filter((value) => value !== undefined));
      return this.#each((index) => (at(index).length > 0 ? aggregate(at(index)) : undefined));
    }
    const [a, b, c] = [first, second, third].map((value) => this.#spread(value));
    if (name === 'FILL') return this.#each((index) => a?.[index] ?? b?.[index]);
    if (name === 'IF') return this.#each((index) => choose(a?.[index], b?.[index], c?.[index]));
    throw new Error(`the function ${name} of metric math`);
  }

  #combine(operator: (a: number, b: number) => number, left: Value, right: Value): Value {
    if (typeof left === 'number' && typeof right === 'number') return operator(left, right);
    const [a, b] = [this.#spread(left), this.#spread(right)];
    return this.#each((index) => {
      const [x, y] = [a[index], b[index]];
      const result = x === undefined || y === undefined ? undefined : operator(x, y);
      // Division by zero gives no datapoint.
      return Number.isFinite(result) ? result : undefined;
    });
  }

  #spread(value: Value): Series {
    if (isList(value)) throw new Error('a list where a series must be');
    return isSeries(value) ? value : this.#each(() => value as number);
  }

  #each(valueAt: (index: number) => number | undefined): Series {
    return Array.from({ length: this.#length }, (_, index) => valueAt(index));
  }
}

const choose = (
  condition: number | undefined,
  then: number | undefined,
  otherwise: number | undefined,
): number | undefined => (condition === undefined ? undefined : condition === 0 ? otherwise : then);
