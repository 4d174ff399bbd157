import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Script } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { bundling, type Entry } from '../../infra/constructs/bundles.ts';

/** The entry points that a world runs: nothing is published without a bus. */
export const simulated = [
  'websocket/connect',
  'websocket/open',
  'websocket/disconnect',
  'websocket/join-event',
  'websocket/watch-event',
  'websocket/leave-event',
  'websocket/send-message',
  'websocket/typing',
  'websocket/react',
  'websocket/get-active-events',
  'websocket/get-history',
  'websocket/moderate',
  'websocket/default',
  'http/events',
  'http/moderation',
  'stream/deliver',
  'delivery/post',
  'schedule/heartbeat',
  'schedule/sweep',
] as const satisfies readonly Entry[];
export type Simulated = (typeof simulated)[number];

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
export type Globals = Record<(typeof replaced)[number], unknown>;

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** Loads an entry point as a new execution environment does, with modules of its own; resolves to its handler. */
export type Load = (entry: Simulated, globals: Globals) => Handler;

const root = bundling.absWorkingDir;

/**
 * The functions, bundled from their sources as for Lambda, to be run over and over with other globals: each run has its own
 * state. What comes from packages is not in it: it has no state, or a stand-in.
 */
export async function loadCode(mutation?: Mutation): Promise<Load> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
    stdin: { contents: entryPoint(), resolveDir: root, loader: 'js' },
    plugins: mutation ? [mutate(mutation)] : [],
  });
  const parameters = ['module', ...replaced].join(', ');
  const script = new Script(`(function (${parameters}) {${outputFiles[0]?.text}\n})`, {
    filename: 'functions.js',
  });
  const run = script.runInThisContext() as (module: { exports: Handlers }, ...globals: unknown[]) => void;
  return (entry, globals) => {
    const module = { exports: {} as Handlers };
    run(module, ...replaced.map((name) => globals[name]));
    return module.exports[entry]().handler;
  };
}

type Handlers = Record<Simulated, () => { handler: Handler }>;

/** Only what an entry point needs is run. */
const entryPoint = () => {
  const lines = simulated.map(
    (entry) => `${JSON.stringify(entry)}: () => require('./functions/${entry}.ts')`,
  );
  return `module.exports = { ${lines.join(', ')} };`;
};

function mutate({ file, find, replace }: Mutation): Plugin {
  let isDone = false;
  return {
    name: 'mutate',
    setup({ onLoad, onEnd }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (relative(root, path) !== file) return undefined;
        const source = readFileSync(path, 'utf8');
        if (source.split(find).length !== 2) throw new Error(`${file} does not have this once: ${find}`);
        isDone = true;
        return { contents: source.replace(find, () => replace), loader: 'ts' };
      });
      onEnd(() => {
        if (!isDone) throw new Error(`No function has ${file}`);
      });
    },
  };
}
