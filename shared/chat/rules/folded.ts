import { lookAlikes } from '../../protocol/skeletons.ts';
import { seen } from './seen.ts';

/** A text as words are looked for in it: letters and digits, with a space between words, each run of the same once. */
export interface Folded {
  symbols: string[];
  /** How often each stood there. */
  counts: number[];
  /** Whether a word begins, or ends, with it. */
  starts: boolean[];
  ends: boolean[];
}

/** Capital I and the digit 1 look like a small L and, as a small letter, are an I: a text is read both ways. */
export type Reading = 'small letters' | 'as written';

/** Whether the two may differ. */
export const hasTwoReadings = (text: string): boolean => /[I1\u0080-\uffff]/.test(text);

/** Accents and points, but for those that make another kana. */
const ACCENTS = /(?![\u3099\u309a])(?=\p{M})[\p{Script=Inherited}\p{Script=Hebrew}]|\p{Me}/gu;
/** Marks of other scripts are none of these letters': they only disguise them. */
const FOREIGN_MARKS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}])\p{Mn}+/gu;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const HAS_LETTER = /\p{L}/u;
const CAPITAL_I_AMONG_SMALL = /I(?=\p{Ll})|(?<=\p{Ll})I/gu;
/** What may stand between the letters of one word. */
const BETWEEN_LETTERS = /^[^\n'’]{1,3}$/u;
/** Scripts that put no space between words, or join endings to them: every character may begin or end one. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;

/** Case, accents, width, look-alikes and what is not seen do not count. Takes linear time. */
export function fold(text: string, reading: Reading): Folded {
  const parts = seen(text).normalize('NFKD');
  const plain = parts.replace(ACCENTS, '').replace(FOREIGN_MARKS, '').normalize('NFC');
  const shown = reading === 'as written' ? plain.replace(CAPITAL_I_AMONG_SMALL, 'l') : plain;
  const folded: Folded = { symbols: [], counts: [], starts: [], ends: [] };
  for (const word of wordsIn(shown)) {
    if (folded.symbols.length > 0) push(folded, ' ', true, true);
    // `10` is a number, the 0 of `l0l` a letter.
    const isNumber = !word.some((part) => HAS_LETTER.test(part));
    for (const part of word) append(folded, part, isNumber, reading);
  }
  return folded;
}

/** The words, each in one part, or letter by letter when single letters follow each other. */
function wordsIn(text: string): string[][] {
  const words: string[][] = [];
  let end = 0;
  let wasSingle = false;
  for (const { 0: found, index } of text.matchAll(WORD)) {
    // What follows an apostrophe is a part of another word: `that's a m`.
    const isSingle = found.length <= 2 && [...found].length === 1 && !/['’]/.test(text.charAt(index - 1));
    const joins = isSingle && wasSingle && BETWEEN_LETTERS.test(text.slice(end, index));
    if (joins) words.at(-1)?.push(found);
    else words.push([found]);
    end = index + found.length;
    wasSingle = isSingle;
  }
  return words;
}

function append(folded: Folded, part: string, isNumber: boolean, reading: Reading): void {
  // As before the first, so behind the last: an edge.
  let wasEdge = true;
  const known = [...part].map((character) => lettersOf(character, reading));
  for (const [index, { own, letters, isUnspaced }] of known.entries()) {
    const isEdge = known[index + 1]?.isUnspaced ?? true;
    const symbols = isNumber ? [own] : letters;
    for (const [i, symbol] of symbols.entries()) {
      const starts = i === 0 && (isUnspaced || wasEdge);
      const ends = i === symbols.length - 1 && (isUnspaced || isEdge);
      push(folded, symbol, starts, ends);
    }
    wasEdge = isUnspaced;
  }
}

function push({ symbols, counts, starts, ends }: Folded, symbol: string, isStart: boolean, isEnd: boolean) {
  const last = symbols.length - 1;
  if (symbols[last] === symbol) {
    counts[last] = (counts[last] ?? 0) + 1;
    ends[last] = isEnd;
    return;
  }
  symbols.push(symbol);
  counts.push(1);
  starts.push(isStart);
  ends.push(isEnd);
}

interface Letters {
  own: string;
  /** What it is looked for as: small letters, mostly one. */
  letters: string[];
  isUnspaced: boolean;
}

/** Of characters that came lately; there are not more than fit. */
const known: Record<Reading, Map<string, Letters>> = { 'small letters': new Map(), 'as written': new Map() };
const MOST = 20_000;

function lettersOf(own: string, reading: Reading): Letters {
  const cache = known[reading];
  let found = cache.get(own);
  if (!found) {
    if (cache.size >= MOST) cache.clear();
    found = { own, letters: [...looksLike(own, reading)], isUnspaced: UNSPACED.test(own) };
    cache.set(own, found);
  }
  return found;
}

const small = (text: string) => text.toUpperCase().toLowerCase();

/** The small letters that a letter or digit looks like. */
function looksLike(character: string, reading: Reading): string {
  // It looks like `rn` only to the table: `burn` is no disguise.
  if (character === 'm' || character === 'M') return 'm';
  // Among small letters it has become an L already.
  if (character === 'I') return 'i';
  const own = reading === 'as written' ? character : small(character);
  const like = lookAlikes().get(own);
  if (like === undefined) return small(own);
  // No letter itself, and like a capital I.
  if (like === 'l' && reading === 'small letters' && !HAS_LETTER.test(own)) return 'i';
  const letters = small(like.replace(ACCENTS, ''));
  if (letters === 'rn') return 'm';
  return /^[\p{L}\p{N}]+$/u.test(letters) ? letters : small(own);
}
