import { limits } from './limits.ts';

/** What characters do, by the properties that Unicode gives them. Without zod: `$connect` does without. */

export const CONTROL = /\p{Cc}/u;
export const CONTROL_BUT_NEWLINE_AND_TAB = /[^\P{Cc}\n\t]/u;

/** They turn what follows around: what is shown is not what is written. */
export const OVERRIDE = /[\u202d\u202e]/;

/**
 * Marks of direction, breaks, and whatever else leaves no trace: with them two names look the same, or one changes how
 * the words behind it are shown. Let through are the joiners of Persian and of emoji (ZWNJ, ZWJ), and up to six tags
 * behind a black flag, which make it that of England. Each character is judged by those before it, so a good name can
 * be cut anywhere.
 */
export const INVISIBLE =
  /(?!\u200c|\u200d|(?<=\u{1f3f4}[\u{e0020}-\u{e007f}]{0,5})[\u{e0020}-\u{e007f}])[\p{Cf}\p{Zl}\p{Zp}]/u;

/** A lone surrogate has no UTF-8 form: it would be stored as something else than was sent. */
export const LONE_SURROGATE = /\p{Cs}/u;

/** Fillers and U+2800, the Braille pattern without a dot, are letters and symbols that show nothing. */
export const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]/u;

const FORBIDDEN_IN_NAMES = new RegExp(
  [CONTROL, INVISIBLE, LONE_SURROGATE].map(({ source }) => source).join('|'),
  'gu',
);
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * What of a name can be shown: for one that somebody else vouches for, which cannot be refused. It is cut between what
 * readers take for characters; undefined when nothing visible is left.
 */
export function presentable(name: string, max: number = limits.usernameLength): string | undefined {
  // Removing first: what it brings together may compose.
  const whole = name.replace(FORBIDDEN_IN_NAMES, '').normalize('NFC').trim();
  let cut = '';
  for (const { segment } of characters.segment(whole)) {
    if (cut.length + segment.length > max) break;
    cut += segment;
  }
  return VISIBLE.test(cut) ? cut.trimEnd() : undefined;
}
