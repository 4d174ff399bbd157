import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { pages, read, root } from '../support/doc-pages.ts';

/** What is not code: no fenced blocks, no indented ones, no `code`. */
const proseOf = (file: string): string =>
  read(file)
    .replace(/^```.*?^```/gms, '')
    .replace(/^ {4}.*$/gm, '')
    .replace(/`[^`\n]*`/g, 'code');

/** The anchors of a page as GitHub makes them from its headings. */
function anchorsOf(file: string): Set<string> {
  const text = read(file).replace(/^```.*?^```/gms, '');
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.*)$/gm)) {
    const plain = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function faultOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(join(root, target))) return `${page}: ${link} is not there`;
  if (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).has(anchor)) return undefined;
  return `${page}: ${link} has no such heading`;
}

test.for(pages)('the relative links and anchors of %s exist', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const relative = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(relative.map((link) => faultOf(page, link)).filter((fault) => fault !== undefined)).toEqual([]);
});

test.for(pages)('the files that %s names exist', (page) => {
  const named = read(page).matchAll(/`((?:shared|functions|infra|local|test|docs)\/[\w./-]+\.m?ts)`/g);
  const files = [...named].map(([, file = '']) => file);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
