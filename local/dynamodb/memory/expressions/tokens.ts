import { invalid } from '../errors.ts';
import { reservedWords } from './reserved-words.ts';
import type { Path, Segment } from './syntax.ts';

interface Token {
  readonly kind: 'name' | 'reference' | 'value' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const pattern =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[^\s]))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [, name, reference, value, number, sign = ''] = match;
    const kind = name ? 'name' : reference ? 'reference' : value ? 'value' : number ? 'number' : 'sign';
    const found = name ?? reference ?? value ?? number ?? sign;
    tokens.push({ kind, text: found, from: pattern.lastIndex - found.length, to: pattern.lastIndex });
  }
  return tokens;
}

/** Reads the tokens of one expression, and remembers which names and values it refers to. */
export class Tokens {
  readonly names = new Set<string>();
  readonly values = new Set<string>();
  readonly #text: string;
  /** Such as `Invalid UpdateExpression: `. */
  readonly #complaint: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(kind: string, text: string) {
    this.#text = text;
    this.#complaint = `Invalid ${kind}: `;
    this.#tokens = tokensOf(text);
    if (this.#tokens.length === 0) this.fail('The expression can not be empty;');
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '<EOF>', from: 0, to: this.#text.length };
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** Takes the next token if it is this sign or, in any case of letters, this keyword. */
  take(text: string): boolean {
    const { kind, text: found } = this.next;
    const isIt = kind === 'name' ? found.toUpperCase() === text : kind === 'sign' && found === text;
    if (isIt) this.#at += 1;
    return isIt;
  }

  expect(text: string): void {
    if (!this.take(text)) this.failHere();
  }

  expectEnd(): void {
    if (!this.isAtEnd) this.failHere();
  }

  /** Whether a function is called here. */
  get isCall(): boolean {
    const after = this.#tokens[this.#at + 1];
    return this.next.kind === 'name' && after?.kind === 'sign' && after.text === '(';
  }

  /** The text of the next token, which has to be of this kind. */
  takeKind(kind: Token['kind']): string {
    const { next } = this;
    if (next.kind !== kind) this.failHere();
    this.#at += 1;
    return next.text;
  }

  value(): string {
    const ref = this.takeKind('value');
    this.values.add(ref);
    return ref;
  }

  path(): Path {
    const segments: Segment[] = [this.#name()];
    for (;;) {
      if (this.take('.')) segments.push(this.#name());
      else if (this.take('[')) {
        segments.push(Number(this.takeKind('number')));
        this.expect(']');
      } else return { kind: 'path', segments };
    }
  }

  #name(): string {
    if (this.next.kind === 'reference') {
      const ref = this.takeKind('reference');
      this.names.add(ref);
      return ref;
    }
    const name = this.takeKind('name');
    if (reservedWords.has(name.toUpperCase()))
      this.fail(`Attribute name is a reserved keyword; reserved keyword: ${name}`);
    return name;
  }

  fail(what: string): never {
    throw invalid(this.#complaint + what);
  }

  failHere(): never {
    const { text } = this.next;
    const from = this.#tokens[Math.max(0, this.#at - 1)]?.from ?? 0;
    const to = this.#tokens[this.#at + 1]?.to ?? this.#text.length;
    return this.fail(`Syntax error; token: "${text}", near: "${this.#text.slice(from, to)}"`);
  }
}
