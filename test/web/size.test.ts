import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildPages } from '../../web/build.ts';

const files = Object.entries((await buildPages()).iam);
const kib = (wanted: (path: string) => boolean) =>
  files.filter(([path]) => wanted(path)).reduce((sum, [, text]) => sum + gzipSync(text).length, 0) / 1024;

test('the page is at most 60 KiB to load', () => {
  expect(kib((path) => path === 'index.html' || path.startsWith('assets/'))).toBeLessThan(60);
});

test('the element is at most 40 KiB to load', () => {
  expect(kib((path) => path === 'embed.js')).toBeLessThan(40);
});

test('names assets by their content, and names all of them where they are used', () => {
  const { 'index.html': index = '', 'docs/index.html': docs = '', ...others } = Object.fromEntries(files);
  const assets = Object.keys(others).filter((path) => path.startsWith('assets/'));
  expect(assets.length).toBeGreaterThan(2);
  for (const path of assets) expect(index + docs).toContain(`"/${path}"`);
  expect(index).not.toMatch(/[{}]/);
});
