import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes shared/protocol/look-alikes.ts from Unicode's confusables
 * (https://www.unicode.org/reports/tr39/#Confusable_Detection), as the npm package `unhomoglyph` has them in its `data.json`:
 *
 *     node --import tsx docs/write-look-alikes.ts path/to/unhomoglyph/data.json
 */
const [, , source = ''] = process.argv;
const confusables = JSON.parse(readFileSync(source, 'utf8')) as Record<string, string>;
const target = fileURLToPath(new URL('../shared/protocol/look-alikes.ts', import.meta.url));
const LINE = 300;

const groups = new Map<string, string>();
for (const [from, to] of Object.entries(confusables)) {
  // What compatibility normalisation makes the same needs no entry; spaces are left out anyway.
  const isNormal = from.normalize('NFKD') === from && from !== to;
  if (isNormal && !/\s/u.test(from + to)) groups.set(to, (groups.get(to) ?? '') + from);
}

/** Everything but plain signs and letters: marks, and letters that run from right to left, would be shown in another order. */
const HARD_TO_READ =
  /[\\']|[^!-~\p{L}]|[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/gu;
const escaped = (text: string) =>
  text.replace(HARD_TO_READ, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);

const lines = [''];
for (const [to, from] of groups) {
  const words = `${escaped(to)} ${escaped(from)}`;
  const last = lines.length - 1;
  if (`${lines[last]}`.length + words.length > LINE) lines.push(words);
  else lines[last] = `${lines[last]} ${words}`.trim();
}
writeFileSync(
  target,
  `/**
 * Characters that look alike, in pairs: what some look like, and those. From Unicode's confusables
 * (https://www.unicode.org/reports/tr39/#Confusable_Detection), without what NFKD makes the same.
 * Written by docs/write-look-alikes.ts.
 */
export const LOOK_ALIKES = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join(' ');
`,
);
