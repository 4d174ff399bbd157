import { BLANK } from './characters.ts';
import { LOOK_ALIKES } from './look-alikes.ts';

let table: Map<string, string> | undefined;

/** What characters look like, by those; all of them as NFKD has them. Made once it is needed. */
export function lookAlikes(): ReadonlyMap<string, string> {
  table ??= tableOf(LOOK_ALIKES);
  return table;
}

function tableOf(pairs: string): Map<string, string> {
  const words = pairs.split(' ');
  const entries = words.flatMap((to, index) =>
    index % 2 === 0 ? [...`${words[index + 1]}`].map((from) => [from, to] as const) : [],
  );
  return new Map(entries);
}

/** UTS #39's skeleton: names that look the same have the same (https://www.unicode.org/reports/tr39/#def-skeleton). */
function skeleton(text: string): string {
  const known = lookAlikes();
  return [...text.normalize('NFKD')]
    .map((character) => known.get(character) ?? character)
    .join('')
    .normalize('NFKD');
}

const UNSEEN = new RegExp(`[\\p{White_Space}\\p{Default_Ignorable_Code_Point}${BLANK}]`, 'gu');

/**
 * What names look like, whatever their case, width and spaces: if two have one of these in common, people may take one for the
 * other. There are two, as a capital looks like other characters than its small letter.
 */
export function skeletonsOf(name: string): string[] {
  const bare = name.normalize('NFKC').replace(UNSEEN, '');
  return [...new Set([bare, skeleton(bare)].map((text) => skeleton(text.toLowerCase())))];
}
