import { type Folded, fold, hasTwoReadings } from './folded.ts';

/**
 * Looks for many words at once (Aho–Corasick, https://doi.org/10.1145/360825.360855). Libraries look for strings in strings, and
 * find everything; this needs the edges of words and the lengths of runs, and ends at the first.
 */

interface Node {
  next: Map<string, Node>;
  /** The node of the longest other beginning of a word that ends here. */
  fallback: Node | undefined;
  /** The next node on the way of fallbacks at which words end. */
  shorter: Node | undefined;
  words: Folded[];
}

const newNode = (): Node => ({ next: new Map(), fallback: undefined, shorter: undefined, words: [] });

/** What tells whether a text has one of these words or phrases in it, in time linear to its length, however many they are. */
export function matcherOf(words: readonly string[]): (text: string) => boolean {
  const root = newNode();
  for (const word of words) insert(root, fold(word, 'small letters'));
  connect(root);
  return (text) =>
    isIn(root, fold(text, 'small letters')) || (hasTwoReadings(text) && isIn(root, fold(text, 'as written')));
}

function insert(root: Node, word: Folded): void {
  let node = root;
  for (const symbol of word.symbols) {
    let next = node.next.get(symbol);
    if (!next) {
      next = newNode();
      node.next.set(symbol, next);
    }
    node = next;
  }
  if (node !== root) node.words.push(word);
}

/** Breadth first: fallbacks are shorter. */
function connect(root: Node): void {
  const queue = [root];
  for (const node of queue) {
    for (const [symbol, next] of node.next) {
      const fallback = (node.fallback && step(node.fallback, symbol)) ?? root;
      next.fallback = fallback;
      next.shorter = fallback.words.length > 0 ? fallback : fallback.shorter;
      queue.push(next);
    }
  }
}

function step(from: Node, symbol: string): Node | undefined {
  for (let node: Node | undefined = from; node; node = node.fallback) {
    const next = node.next.get(symbol);
    if (next) return next;
  }
  return undefined;
}

function isIn(root: Node, text: Folded): boolean {
  let node = root;
  for (let index = 0; index < text.symbols.length; index += 1) {
    node = step(node, text.symbols[index] as string) ?? root;
    if (!text.ends[index]) continue;
    for (let at: Node | undefined = node; at; at = at.shorter) {
      if (at.words.some((word) => standsAt(word, text, index))) return true;
    }
  }
  return false;
}

/** Whether a word that ends at an index begins where one may begin, with every letter at least as often as it has it. */
function standsAt({ counts }: Folded, text: Folded, end: number): boolean {
  const start = end + 1 - counts.length;
  return text.starts[start] === true && counts.every((count, i) => (text.counts[start + i] ?? 0) >= count);
}
