import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { architectureFile, drawArchitecture } from '../../docs/draw-architecture.ts';

test('docs/architecture.svg is what `npm run docs` draws', () => {
  expect(readFileSync(architectureFile, 'utf8')).toBe(drawArchitecture());
});
