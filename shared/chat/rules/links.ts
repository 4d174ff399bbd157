import { seen } from './seen.ts';

/**
 * What readers take for a link: a scheme with `//`, `www.`, a domain under a name that is used for little else, and any domain with a
 * path. No file name or abbreviation: many of those end in the code of a country (`README.md`, `main.rs`, `e.g.`). Each search
 * looks at most one character back and takes linear time.
 */

const NAMES =
  'com|net|org|edu|gov|int|mil|info|biz|xyz|app|dev|online|site|shop|store|club|blog|link|live|stream|chat|tech|space|fun|news|' +
  'website|click|icu|vip|bet|casino|poker|porn|sex|xxx|crypto|cash|money|loan|party|' +
  'ac|ai|be|br|ca|cc|ch|cn|co|cz|de|dk|es|eu|fi|fr|gd|gg|gl|gr|hk|hu|ie|il|io|ir|jp|kr|ly|mx|nl|nz|pk|pl|pt|ro|ru|se|sg|su|tk|tr|tv|tw|ua|uk|vn|za|' +
  'рф|укр|中国|公司|网络|한국';

const LETTER = '[\\p{L}\\p{N}]';
const link = new RegExp(
  [
    `(?<=${LETTER})://[^\\s]`,
    `(?<![\\p{L}\\p{N}.-])www\\.${LETTER}`,
    `(?<=${LETTER})\\.(?:${NAMES})(?![\\p{L}\\p{N}_-])`,
    `(?<=${LETTER})\\.\\p{L}{2,24}/${LETTER}`,
  ].join('|'),
  'iu',
);

/** Whether a text has something in it that readers take for a link. */
export const hasLink = (text: string): boolean =>
  link.test(seen(text).normalize('NFKC').replace(/[。｡]/gu, '.'));
