import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import config from '../../vitest.config.ts';

const folder = new URL('../../.github/workflows/', import.meta.url);

test.for(readdirSync(folder))(
  '%s names every action by commit and asks for no rights but reading',
  (file) => {
    const workflow = readFileSync(new URL(file, folder), 'utf8');
    const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(workflow).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(workflow.match(/permissions:/g)).toHaveLength(1);
  },
);

test('every project of the tests is run by exactly one job, on the oldest Node and the one of the functions', () => {
  const workflow = readFileSync(new URL('ci.yml', folder), 'utf8');
  const [, matrix = ''] = /\n {8}projects:\n((?: {10}- .+\n)+)/.exec(workflow) ?? [];
  const run = [...matrix.matchAll(/[a-z]+/g)].map(([name]) => name);
  const names = (config.test?.projects ?? []).map((project) =>
    typeof project === 'object' && 'test' in project ? project.test?.name : undefined,
  );
  expect(run.sort()).toEqual(names.sort());
  expect(workflow.match(/node: \[20, 24\]/g)).toHaveLength(2);
});
