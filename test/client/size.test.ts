import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundle } from './bundle.ts';

/** KiB of a bundle, as it is sent. */
const sizeOf = async (entry: string) => gzipSync(await bundle(entry), { level: 9 }).length / 1_024;

test('the client has at most 7 KiB', async () => {
  expect(await sizeOf('index.ts')).toBeLessThanOrEqual(7);
});

test('its binding to React has at most 1.5 KiB', async () => {
  expect(await sizeOf('react.ts')).toBeLessThanOrEqual(1.5);
});

test('neither has anything of zod, of Node or of React in it', async () => {
  for (const entry of ['index.ts', 'react.ts']) {
    const imports = [...(await bundle(entry)).matchAll(/\bfrom ?"([^"]+)"/g)].map(([, name]) => name);
    expect(imports).toEqual(entry === 'react.ts' ? ['react'] : []);
  }
});
