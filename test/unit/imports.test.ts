import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.m?tsx?$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file));

/** The project's own files that a file imports. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(
    ([, path = '']) => relative(root, join(root, dirname(file), path)),
  );

/** Imports point one way: each folder, and what it may import besides itself. */
const mayImport: Record<string, RegExp> = {
  'shared/protocol': /^$/,
  'shared/auth': /^shared\/(protocol\/|settings|identity|ids)/,
  'shared/store': /^shared\/(protocol\/|identity|ids|concurrency|timing)/,
  'shared/delivery': /^shared\/(protocol\/|store\/|metrics|settings|ids|concurrency|timing)/,
  'shared/chat': /^shared\//,
  functions: /^shared\//,
  infra:
    /^web\/build\.ts$|^shared\/(store\/keys|metrics|settings|timing|protocol\/(client-to-server|http-routes))\.ts$/,
  local: /^$/,
  client: /^shared\/protocol\/(entities|errors|replies|server-to-client|client-to-server)\.ts$/,
  'web/room': /^client\/index\.ts$/,
  'web/page': /^client\/index\.ts$|^web\/room\//,
  'web/embed': /^client\/index\.ts$|^web\/room\//,
  'web/reference': /^$/,
};

test.for(Object.entries(mayImport))('%s imports only what it may', ([folder, allowed]) => {
  const files = filesIn(folder);
  expect(files.length).toBeGreaterThan(0);
  const strays = files.flatMap((file) =>
    importsOf(file)
      .filter((path) => !path.startsWith(`${folder}/`) && !allowed.test(path))
      .map((path) => `${file} imports ${path}`),
  );
  expect(strays).toEqual([]);
});

test('the client takes nothing but types from the server, and nothing but React from elsewhere', () => {
  const strays = filesIn('client').flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^import (type )?[^;]*? from '([^']+)';/gm)]
      .filter(([, isType, from = '']) => (from.startsWith('../') ? !isType : !/^\.\/|^react$/.test(from)))
      .map(([line]) => `${file}: ${line}`),
  );
  expect(strays).toEqual([]);
});

test('operations, store and delivery know neither the environment nor Lambda events', () => {
  const strays = filesIn('shared').filter((file) =>
    /process\.env|aws-lambda/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(strays).toEqual([]);
});

test('no file is longer than a reader keeps in the head', () => {
  const long = ['infra', 'functions', 'shared', 'local', 'client', 'web', '.']
    .flatMap((folder) => (folder === '.' ? ['start.ts', 'bin.ts', 'build.ts', 'deploy.ts'] : filesIn(folder)))
    // Front ends copy it as a whole.
    .filter((file) => file !== join('shared', 'protocol', 'socketio-types.ts'))
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 200);
  expect(long).toEqual([]);
});
