import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundling } from '../../infra/build.ts';
import { plantedBugs } from './planted-bugs.ts';

test('every planted bug changes one place of the code as it is', () => {
  const misplaced = plantedBugs.filter(({ file, find, replace }) => {
    const source = readFileSync(`${bundling.absWorkingDir}/${file}`, 'utf8');
    return source.split(find).length !== 2 || find === replace;
  });
  expect(misplaced.map(({ file, breaks }) => `${file}: ${breaks}`)).toEqual([]);
  expect(plantedBugs.length).toBeGreaterThanOrEqual(25);
});
