import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { beforeEach, expect, test } from 'vitest';
import { startAssembly, synthesizeApp, temporaryFolder, writeFiles } from './support/start-app.ts';

// A project whose own packages lie above its assembly, as they do when `cdk synth` writes to its folder.
const project = {
  'node_modules/above/index.js': 'module.exports = "of the project";',
  'node_modules/@aws-sdk/client-scheduler/index.js': 'exports.name = "SDK of the project";',
  'node_modules/@aws-sdk/client-scheduler/package.json': '{"name":"@aws-sdk/client-scheduler"}',
  'node_modules/aws-sdk/package.json': '{"name":"aws-sdk","main":"main.js"}',
  'node_modules/aws-sdk/main.js': 'exports.name = "SDK v2 with " + require("above");',
  'shared/beside.js': 'module.exports = "beside the asset";',
};

const asset = {
  'node_modules/inside/index.js': 'exports.name = "inside"; exports.load = (name) => require(name);',
  'node_modules/inside/package.json': '{"name":"inside"}',
  'node_modules/own/package.json':
    '{"name":"own","type":"module","exports":{".":"./index.mjs","./more":"./more.mjs"}}',
  'node_modules/own/index.mjs': 'export { name } from "own/more";',
  'node_modules/own/more.mjs': 'export const name = "own";',
  'near.js': 'module.exports = "near";',
  'esm.mjs': `
    import { createRequire } from 'node:module';
    import { name } from 'own';
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
    const require = createRequire(import.meta.url);
    export const load = async ({ load, how }) => {
      if (load === undefined) return [name, typeof DynamoDBClient, (await import('./near.js')).default];
      const module = how === 'require' ? require(load) : await import(load);
      return module.default?.name ?? module.name ?? typeof module;
    };`,
  'cjs.js': `
    exports.load = async ({ load, through }) => {
      if (load === undefined) return [require('inside').name, require('./near'), require('fs/promises').readFile.name];
      const module = through ? require('inside').load(load) : require(load);
      return module.name ?? typeof module;
    };`,
  'imports-what-is-above.mjs': 'import above from "above"; export const load = () => above;',
  'nowhere.mjs': 'import "@aws-sdk/client-nowhere"; export const load = () => {};',
  'requires-what-is-above.js': 'const above = require("above"); exports.load = () => above;',
};

function app(code: string) {
  return (app: App) => {
    const stack = new Stack(app, 'Modules');
    const fn = (id: string, handler: string, runtime = Runtime.NODEJS_22_X) =>
      new LambdaFunction(stack, id, { code: Code.fromAsset(code), handler, runtime });
    fn('Esm', 'esm.load');
    fn('Cjs', 'cjs.load');
    fn('Old', 'cjs.load', Runtime.NODEJS_16_X);
    fn('ImportsAbove', 'imports-what-is-above.load');
    fn('Nowhere', 'nowhere.load');
    fn('RequiresAbove', 'requires-what-is-above.load');
  };
}

let outdir: string;
beforeEach(() => {
  const folder = writeFiles(temporaryFolder(), project);
  outdir = join(folder, 'cdk.out');
  synthesizeApp(app(writeFiles(temporaryFolder(), asset)), outdir);
});

test('what is in the asset is found, and what Node.js has', async () => {
  const { invoke } = await startAssembly(outdir);
  expect(await invoke('Esm')).toEqual({ ok: true, payload: ['own', 'function', 'near'] });
  expect(await invoke('Cjs')).toEqual({ ok: true, payload: ['inside', 'near', 'readFile'] });
  expect(await invoke('Esm', { load: 'inside', how: 'require' })).toEqual({ ok: true, payload: 'inside' });
});

test('packages of the project that are not in the asset are not found', async () => {
  const { invoke } = await startAssembly(outdir);
  const notFound = (specifier: string) => ({
    ok: false,
    payload: { errorMessage: expect.stringContaining(`Cannot find module '${specifier}'\nRequire stack:`) },
  });
  for (const load of ['above', 'zod', '../shared/beside.js', '../../shared/beside.js']) {
    expect(await invoke('Cjs', { load })).toMatchObject(notFound(load));
    expect(await invoke('Esm', { load, how: 'require' })).toMatchObject(notFound(load));
    expect(await invoke('Esm', { load })).toMatchObject({
      ok: false,
      payload: { errorMessage: expect.stringMatching(/^Cannot find (package|module) '.*' imported from/) },
    });
  }
  expect(await invoke('Cjs', { load: 'above', through: 'inside' })).toMatchObject(notFound('above'));
});

test('a function that needs such a package does not start', async () => {
  const { invoke } = await startAssembly(outdir);
  const payload = { errorType: 'Runtime.ImportModuleError' };
  expect(await invoke('ImportsAbove')).toMatchObject({ ok: false, payload });
  expect(await invoke('RequiresAbove')).toMatchObject({ ok: false, payload });
});

test('nodejs18.x and later bring the AWS SDK v3 along, those before v2', async () => {
  const { invoke } = await startAssembly(outdir);
  const dynamodb = '@aws-sdk/client-dynamodb';
  expect(await invoke('Cjs', { load: dynamodb })).toEqual({ ok: true, payload: 'object' });
  expect(await invoke('Esm', { load: dynamodb })).toEqual({ ok: true, payload: 'object' });
  expect(await invoke('Old', { load: dynamodb })).toMatchObject({ ok: false });
  // Where a package of the SDK lies, it finds its own dependencies.
  expect(await invoke('Old', { load: 'aws-sdk' })).toMatchObject({ payload: 'SDK v2 with of the project' });
  expect(await invoke('Cjs', { load: 'aws-sdk' })).toMatchObject({ ok: false });
  expect(await invoke('Cjs', { load: '@aws-sdk/client-scheduler' })).toMatchObject({
    payload: 'SDK of the project',
  });
  expect(await invoke('Nowhere')).toMatchObject({
    ok: false,
    payload: { errorMessage: expect.stringContaining('install it in this project') },
  });
});

test('an assembly outside of all projects finds the same', async () => {
  const { invoke } = await startAssembly(synthesizeApp(app(writeFiles(temporaryFolder(), asset))));
  expect(await invoke('Esm')).toEqual({ ok: true, payload: ['own', 'function', 'near'] });
  expect(await invoke('Esm', { load: 'inside', how: 'require' })).toEqual({ ok: true, payload: 'inside' });
  for (const name of ['Esm', 'Cjs']) expect(await invoke(name, { load: 'zod' })).toMatchObject({ ok: false });
});
