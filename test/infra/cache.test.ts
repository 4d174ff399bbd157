import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cached, inputsDigest } from '../../infra/cache.ts';
import { localAssembly } from '../../infra/local-assembly.ts';

/** A project with one file of each kind, in a folder of its own. */
function project() {
  const from = mkdtempSync(join(tmpdir(), 'cache-'));
  onTestFinished(() => rmSync(from, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(from, path)), { recursive: true });
    writeFileSync(join(from, path), text);
  };
  for (const path of inputs) write(path, '1');
  let made = 0;
  const make = async (folder: string) => {
    writeFileSync(join(folder, 'made'), `${++made}`);
  };
  const read = (folder: string) => readFileSync(join(folder, 'made'), 'utf8');
  return { from, write, read, make, cache: join(from, '.build', 'cache') };
}

const inputs = [
  ...['infra/constructs/table.ts', 'functions/http/app.ts', 'shared/settings.ts', 'client/room.ts'],
  ...['web/index.html', 'config/dev.json', 'cdk.json', 'package.json', 'tsconfig.json', 'package-lock.json'],
  'node_modules/.package-lock.json',
];

test('what is made of the same inputs is made once', async () => {
  const { from, read, make } = project();
  const first = await cached('thing', make, { from });
  expect(await cached('thing', make, { from })).toBe(first);
  expect(read(first)).toBe('1');
});

test.for(inputs)('a change of %s is seen, and so is its end', async (path) => {
  const { from, write, read, make } = project();
  const one = await cached('thing', make, { from });
  write(path, '2');
  expect(read(await cached('thing', make, { from }))).toBe('2');
  write(path, '1');
  expect(await cached('thing', make, { from })).toBe(one);
});

test('files that are added, removed or renamed are seen, in folders below too', async () => {
  const { from, write } = project();
  const digests = [inputsDigest(from)];
  write('functions/stream/new.ts', '1');
  digests.push(inputsDigest(from));
  cpSync(join(from, 'functions/stream/new.ts'), join(from, 'functions/stream/other.ts'));
  rmSync(join(from, 'functions/stream/new.ts'));
  digests.push(inputsDigest(from));
  rmSync(join(from, 'web/index.html'));
  digests.push(inputsDigest(from));
  expect(new Set(digests).size).toBe(4);
});

test('what is no input changes nothing', () => {
  const { from, write } = project();
  const before = inputsDigest(from);
  write('docs/settings.md', 'new');
  write('test/unit/new.test.ts', 'new');
  expect(inputsDigest(from)).toBe(before);
});

test('what the CDK takes from the environment is seen', () => {
  const { from } = project();
  const before = inputsDigest(from);
  process.env.CDK_DEFAULT_REGION = 'eu-central-2';
  onTestFinished(() => void delete process.env.CDK_DEFAULT_REGION);
  expect(inputsDigest(from)).not.toBe(before);
});

test('each context has its own assembly, whatever the order of its keys', async () => {
  const { from } = project();
  const synthesize = async () => {};
  const folders = await Promise.all(
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: 3 }, { a: 1 }].map((context) =>
      localAssembly(context, synthesize, { from }),
    ),
  );
  expect(folders[0]).toBe(folders[1]);
  expect(new Set(folders).size).toBe(3);
});

test('many at the same time get the same, complete', async () => {
  const { from, read, cache } = project();
  const make = async (folder: string) => {
    await new Promise(setImmediate);
    writeFileSync(join(folder, 'made'), 'complete');
  };
  const folders = await Promise.all(Array.from({ length: 8 }, () => cached('thing', make, { from })));
  expect(new Set(folders).size).toBe(1);
  expect(read(`${folders[0]}`)).toBe('complete');
  expect(readdirSync(cache)).toEqual([inputsDigest(from)]);
});

test('what fails leaves nothing, and is tried again', async () => {
  const { from, read, make, cache } = project();
  const fails = async (folder: string) => {
    await make(folder);
    throw new Error('ended in the middle');
  };
  await expect(cached('thing', fails, { from })).rejects.toThrow('ended in the middle');
  expect(readdirSync(cache)).toEqual([]);
  expect(read(await cached('thing', make, { from }))).toBe('2');
});

test('what was ended in the middle is not taken for complete', async () => {
  const { from, read, make, cache } = project();
  const unfinished = new Promise<string>((resolve) => {
    // Never ends, as when its process is killed.
    const hangs = (folder: string) => make(folder).then(() => new Promise<void>(() => resolve(folder)));
    void cached('thing', hangs, { from });
  });
  expect(existsSync(await unfinished)).toBe(true);
  expect(read(await cached('thing', make, { from }))).toBe('2');
  expect(readdirSync(cache)).toHaveLength(2);
});

test('what is made while inputs change is used once and not kept', async () => {
  const { from, write, read, make } = project();
  const changes = async (folder: string) => {
    await make(folder);
    write('infra/constructs/table.ts', '2');
  };
  expect(read(await cached('thing', changes, { from }))).toBe('1');
  expect(read(await cached('thing', make, { from }))).toBe('2');
  write('infra/constructs/table.ts', '1');
  expect(read(await cached('thing', make, { from }))).toBe('3');
});

test('what runs old code is given what was made of that', async () => {
  const { from, write, read, make } = project();
  const digest = inputsDigest(from);
  const old = await cached('thing', make, { from, digest });
  write('shared/settings.ts', '2');
  expect(await cached('thing', make, { from, digest })).toBe(old);
  // Not made yet: by code that is not there any more.
  const other = await cached('other', make, { from, digest });
  expect(read(other)).toBe('2');
  expect(await cached('other', make, { from, digest })).not.toBe(other);
});

test('what was not used for an hour is removed, but not the newest', async () => {
  const { from, write, make, cache } = project();
  const folders: string[] = [];
  for (const text of ['1', '2', '3', '4', '5']) {
    write('cdk.json', text);
    folders.push(await cached('thing', make, { from }));
  }
  // None was idle for long.
  expect(readdirSync(cache)).toHaveLength(5);
  const [first = ''] = folders;
  for (const [index, folder] of folders.entries()) {
    const usedAt = new Date(Date.now() - (2 * 60 - index) * 60_000);
    utimesSync(dirname(folder), usedAt, usedAt);
  }
  write('cdk.json', '1');
  await cached('thing', make, { from });
  write('cdk.json', '6');
  await cached('thing', make, { from });
  expect(folders.map((folder) => existsSync(folder))).toEqual([true, false, false, true, true]);
  expect(existsSync(first)).toBe(true);
});
