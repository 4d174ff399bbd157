import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { pageFiles } from '../web/build.ts';
import { builtFolder, type Credentials, entries, pageOf } from './built.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const functions = join(builtFolder, 'functions');

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

/** What this process has built. */
const done = new Set<string>();

/**
 * Builds the bundles of all functions, with their source maps, and the page for each of these credentials, once in a process.
 * All bundles at once: one esbuild run takes a second, one for each function would take ten.
 */
export function buildAssets(pages: readonly Credentials[]): void {
  once('functions', () => writeFolder(functions, bundles()));
  for (const credentials of pages) {
    once(credentials, () => writeFolder(pageOf(credentials), pageFiles(credentials)));
  }
}

function once(what: string, build: () => void): void {
  if (done.has(what)) return;
  build();
  done.add(what);
}

function bundles(): Record<string, Uint8Array> {
  const { outputFiles } = buildSync({
    ...bundling,
    entryPoints: entries.map((entry) => ({ in: `functions/${entry}.ts`, out: `${entry}/index` })),
    outdir: functions,
    outExtension: { '.js': '.mjs' },
    write: false,
    sourcemap: 'linked',
    sourcesContent: false,
  });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [relative(functions, path), contents]));
}

/** Makes a folder have these files, by their paths, and no others. Another process may be reading it, or writing the same. */
function writeFolder(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) continue;
    mkdirSync(dirname(file), { recursive: true });
    const unfinished = join(builtFolder, `unfinished-${process.pid}`);
    writeFileSync(unfinished, content);
    renameSync(unfinished, file);
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !(relative(folder, file) in files)) rmSync(file, { force: true });
  }
}
