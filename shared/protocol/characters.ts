import { limits } from './limits.ts';

/** Classes of characters, by their Unicode properties. Does not import zod, so that `$connect` needs no zod. */

export const CONTROL = /\p{Cc}/u;
export const CONTROL_BUT_NEWLINE_AND_TAB = /[^\P{Cc}\n\t]/u;

/** They override the direction of the text that follows, so that it is not shown as it is written. */
export const OVERRIDE = /[\u202d\u202e]/;

/** Scripts whose letters join; a joiner or a non-joiner between two letters changes how they look. */
const JOINING = [
  ...['Arabic', 'Syriac', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya'],
  ...['Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar'],
].map((script) => `\\p{Script=${script}}`);
const LETTER = `[${JOINING.join('')}]`;
const EMOJI = '\\p{Extended_Pictographic}\\p{Emoji_Modifier}?';

/** Invisible characters in the places where they change how other characters look. */
const VISIBLE_EFFECT = [
  `(?<=${LETTER})[\\u200c\\u200d](?=${LETTER})`,
  `(?<=${EMOJI}\\ufe0f?)\\u200d(?=\\p{Extended_Pictographic})`,
  // In colour or not; a keycap; an ideograph's or a Mongolian letter's variant.
  `(?<=${EMOJI})[\\ufe0e\\ufe0f]`,
  '(?<=[0-9#*])\\ufe0f(?=\\u20e3)',
  '(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]',
  '(?<=\\p{Script=Mongolian})[\\u180b-\\u180d\\u180f]',
  // Up to six tags behind a black flag, which make it that of England.
  '(?<=\\u{1f3f4}[\\u{e0020}-\\u{e007f}]{0,5})[\\u{e0020}-\\u{e007f}]',
].join('|');

/**
 * Direction marks, breaks and other invisible characters. With them two names could look the same, or a name could change
 * how the text after it is shown.
 */
export const INVISIBLE = new RegExp(
  `(?!${VISIBLE_EFFECT})[\\p{Cf}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800]`,
  'u',
);

/** A lone surrogate has no UTF-8 form, so it would not be stored as it was sent. */
export const LONE_SURROGATE = /\p{Cs}/u;

/** Fillers and U+2800, the Braille pattern without a dot, are letters and symbols that show nothing. */
export const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]/u;

const FORBIDDEN_IN_NAMES = new RegExp(
  [CONTROL, INVISIBLE, LONE_SURROGATE].map(({ source }) => source).join('|'),
  'gu',
);
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The part of a name that can be shown. For names from tokens, which cannot be refused. The name is cut between grapheme
 * clusters. Undefined: nothing visible is left.
 */
export function presentable(name: string, max: number = limits.usernameLength): string | undefined {
  const clean = (text: string) => text.replace(FORBIDDEN_IN_NAMES, '').normalize('NFC').trim();
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
