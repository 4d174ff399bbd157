import { JOINER } from './joining.ts';
import { limits } from './limits.ts';

/** Classes of characters, by their Unicode properties. Does not import zod, so that `$connect` needs no zod. */

export const CONTROL = /\p{Cc}/u;
export const CONTROL_BUT_NEWLINE_AND_TAB = /[^\P{Cc}\n\t]/u;

/** They override the direction of the text that follows, so that it is not shown as it is written. */
export const OVERRIDE = /[\u202d\u202e]/;

/** Marks of direction and separators, with which a name could change how the text after it is shown. */
export const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Zl}\p{Zp}]/u;

/** A lone surrogate has no UTF-8 form, so it would not be stored as it was sent. */
export const LONE_SURROGATE = /\p{Cs}/u;

/** Format characters that are shown: signs of numbers, years and verses, an abbreviation mark. */
const SHOWN_FORMAT = '\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}';

/** Format characters, joiners, selectors, fillers, and U+2800, the Braille pattern without a dot. */
const UNSEEN = `(?![${SHOWN_FORMAT}])[\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800]`;

const EMOJI = '\\p{Extended_Pictographic}\\p{Emoji_Modifier}?';

/** Unseen characters in the places where they change how others look. */
const WITH_EFFECT = [
  JOINER,
  `(?<=${EMOJI}[\\ufe0e\\ufe0f]?)\\u200d(?=\\p{Extended_Pictographic})`,
  // Emoji in colour or not, keycaps, variants of ideographs and of Mongolian letters.
  `(?<=(?!${UNSEEN})[\\p{L}\\p{N}\\p{P}\\p{S}])\\p{Variation_Selector}`,
  // Up to six tags behind a black flag, which make it that of England.
  '(?<=\\u{1f3f4}[\\u{e0020}-\\u{e007f}]{0,5})[\\u{e0020}-\\u{e007f}]',
  // Parts a final vowel from its word.
  '(?<=\\p{Script=Mongolian})\\u180e(?=\\p{Script=Mongolian})',
  // Between words in Braille.
  '(?<=[\\u2801-\\u28ff])\\u2800(?=[\\u2801-\\u28ff])',
  // They arrange hieroglyphs.
  '(?<=\\p{Script=Egyptian_Hieroglyphs})[\\u{13430}-\\u{1343f}]',
].join('|');

/** What shows nothing where it is: with it, two names could look the same. */
const NOTHING = new RegExp(`(?=${UNSEEN})(?!${WITH_EFFECT})[^]`, 'gu');

/** Blank letters and symbols of single scripts, for a character class. */
export const BLANK = '\\u{13441}\\u{13442}\\u{16fe4}\\u{1d159}';

/** A character that shows something whatever is around it. */
export const VISIBLE = new RegExp(`(?!${UNSEEN})[^\\p{White_Space}${BLANK}]`, 'u');

/** A name without what shows nothing, trimmed, in the one spelling that Unicode has for it (NFC). */
export function withoutUnseen(name: string): string {
  const clean = name.replace(NOTHING, '').normalize('NFC').trim();
  // Again: what a joiner was behind may have become another character.
  return clean === name ? clean : withoutUnseen(clean);
}

const FORBIDDEN_IN_NAMES = new RegExp(
  [CONTROL, DIRECTION, LONE_SURROGATE].map(({ source }) => source).join('|'),
  'gu',
);
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The part of a name that can be shown. For names from tokens, which cannot be refused. The name is cut between grapheme
 * clusters. Undefined: nothing visible is left.
 */
export function presentable(name: string, max: number = limits.usernameLength): string | undefined {
  const clean = (text: string) => withoutUnseen(text.replace(FORBIDDEN_IN_NAMES, ''));
  let cut = '';
  // More than that cannot be shown anyway, and normalising it would take long.
  for (const { segment } of characters.segment(clean(name.slice(0, 8 * max)))) {
    if (cut.length + segment.length > max) break;
    cut += segment;
  }
  // Once more: what the cut took away may have been what a joiner joined.
  const shown = clean(cut);
  return VISIBLE.test(shown) ? shown : undefined;
}
