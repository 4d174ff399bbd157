import { BLANK } from '../../protocol/characters.ts';

const IGNORED = new RegExp(`[\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800${BLANK}]`, 'gu');
/** More than anybody stacks on a letter: normalising a long run of marks takes quadratic time. */
const LONG_RUN = /(\p{M}{8})\p{M}+/gu;

/** Whole Arabic phrases in one character, 18 letters and 8: taken apart, every other character comes to seven at most. */
const PHRASES = /[\ufdfa\ufdfb]/g;

/** A text without what shows nothing, which can be normalised in linear time, and does not become much longer by it. */
export const seen = (text: string): string =>
  text.replace(IGNORED, '').replace(LONG_RUN, '$1').replace(PHRASES, ' ');
