import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outputs = join(root, '.build');

/** Every Lambda entry point, by its path in functions/. */
export const entries = [
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
  'stream/publish',
  'delivery/post',
  'schedule/heartbeat',
  'schedule/sweep',
] as const;

export type Entry = (typeof entries)[number];

/** How every function is bundled. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  format: 'esm',
  // The local stack runs the same bundles on Node 20.
  target: 'node20',
  mainFields: ['module', 'main'],
  // Characters outside ASCII would be escaped, at twice the size.
  charset: 'utf8',
  // Lambda's credentials are always in the environment: 90 KB of other ways to find some stay out.
  alias: { '@aws-sdk/credential-provider-node': './functions/credentials.ts' },
  // 115 KB of undici that are only loaded for form data, and where WebAssembly has no SIMD.
  external: ['*/web/fetch/body.js', '*/llhttp-wasm.js'],
  // CommonJS packages inside an ESM bundle want `require`.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: 'warning',
} satisfies BuildOptions;

let isBuilt = false;

/**
 * The folder with the minified bundle (`index.mjs` and its source map) of an entry point. All are built at once, the
 * first time: one esbuild run takes a second, one for each function would take ten.
 */
export function bundle(entry: Entry): string {
  if (!isBuilt) build();
  isBuilt = true;
  return join(outputs, entry);
}

function build(): void {
  const { outputFiles } = buildSync({
    ...bundling,
    entryPoints: entries.map((entry) => ({ in: `functions/${entry}.ts`, out: `${entry}/index` })),
    outdir: outputs,
    outExtension: { '.js': '.mjs' },
    write: false,
    sourcemap: 'linked',
    sourcesContent: false,
  });
  for (const { path, contents } of outputFiles) {
    // Unchanged files are left alone: another synth may be reading them.
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
}
