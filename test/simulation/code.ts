import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Script } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { bundling } from '../../infra/build.ts';
import { type Entry, entries } from '../../infra/built.ts';
import { light, packageOf } from './modules.ts';

/** The entry points that a world runs: nothing is published without a bus. */
export type Simulated = Exclude<Entry, 'stream/publish'>;
export const simulated = entries.filter((entry): entry is Simulated => entry !== 'stream/publish');

/** A change of one line of the code: `find` is in `file` exactly once. */
export interface Mutation {
  file: string;
  find: string;
  replace: string;
}

/** The globals that the code of an environment sees instead of Node's. */
export const replaced = [
  'require',
  'process',
  'Date',
  'Math',
  'performance',
  'crypto',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'console',
  'fetch',
] as const;
export type Globals = Record<Exclude<(typeof replaced)[number], 'require'>, unknown> & {
  require: (name: string) => unknown;
};

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** Loads an entry point as a new execution environment does, with modules of its own; resolves to its handler. */
export type Load = (entry: Simulated, globals: Globals) => Handler;

const root = bundling.absWorkingDir;
const PROTOCOL = 'shared/protocol/';

/**
 * The functions, bundled from their sources as for Lambda, to be run over and over with other globals: each run has its own
 * state. What has none is loaded once: packages, and shared/protocol.
 */
export async function loadCode(mutation?: Mutation): Promise<Load> {
  const mutated = mutation ? [mutate(mutation)] : [];
  const protocol = readdirSync(join(root, PROTOCOL))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => `${PROTOCOL}${file}`);
  const [functions, shared] = await Promise.all([
    bundleOf(Object.fromEntries(simulated.map((entry) => [entry, `functions/${entry}.ts`])), [
      outside(PROTOCOL),
      ...mutated,
    ]),
    bundleOf(Object.fromEntries(protocol.map((file) => [file, file])), mutated),
  ]);
  if (mutation && !functions.isMutated && !shared.isMutated)
    throw new Error(`No function has ${mutation.file}`);
  const once = compiled<() => object>(shared.text, ['require'])((name: string) => packageOf(name));
  const loaded = new Map<string, object>();
  const protocolOf = (name: string) => {
    const found = loaded.get(name);
    const exports = found ? undefined : once[name]?.();
    if (!exports) return found;
    const own = light(exports);
    loaded.set(name, own);
    return own;
  };
  const run = compiled<() => { handler: Handler }>(functions.text, replaced);
  return (entry, { require, ...globals }) => {
    const all: Globals = { ...globals, require: (name: string) => protocolOf(name) ?? require(name) };
    const load = run(...replaced.map((name) => all[name]))[entry];
    if (!load) throw new Error(`There is no ${entry}`);
    return load().handler;
  };
}

/** A bundle as a function of some globals; it resolves to its modules. */
function compiled<Module>(text: string, globals: readonly string[]) {
  const source = `(function (module, ${globals.join(', ')}) {${text}\nreturn module.exports; })`;
  const run = new Script(source, { filename: 'functions.js' }).runInThisContext();
  return (...values: unknown[]) => run({ exports: {} }, ...values) as Record<string, Module>;
}

/** Modules by name; what one needs is run when it is loaded. */
async function bundleOf(modules: Readonly<Record<string, string>>, plugins: Plugin[]) {
  const lines = Object.entries(modules).map(
    ([name, path]) => `${JSON.stringify(name)}: () => require('./${path}')`,
  );
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
    stdin: { contents: `module.exports = { ${lines.join(', ')} };`, resolveDir: root, loader: 'js' },
    plugins,
  });
  const [{ text = '' } = {}] = outputFiles;
  return { text, isMutated: text.includes(MARK) };
}

/** Leaves out the files of a folder: they are required by their paths. */
const outside = (folder: string): Plugin => ({
  name: 'outside',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
      const file = relative(root, join(resolveDir, path));
      return file.startsWith(folder) ? { path: file, external: true } : undefined;
    });
  },
});

/** Legal comments stay in bundles. */
const MARK = '/*! mutated */';

const mutate = ({ file, find, replace }: Mutation): Plugin => ({
  name: 'mutate',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (relative(root, path) !== file) return undefined;
      const source = readFileSync(path, 'utf8');
      if (source.split(find).length !== 2) throw new Error(`${file} does not have this once: ${find}`);
      return { contents: `${MARK}\n${source.replace(find, () => replace)}`, loader: 'ts' };
    });
  },
});
