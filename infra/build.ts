import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build as esbuild, type OutputFile } from 'esbuild';
import { entries } from './built.ts';
import { type CacheOptions, cached } from './cache.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

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

/**
 * The folder with the bundles of all functions, with their source maps, in `functions`, and the page for each kind of credentials in
 * `page`. Made once from the same sources. All bundles at once: one esbuild run takes a second, one for each function would take ten.
 */
export function buildAssets(options?: CacheOptions): Promise<string> {
  return cached('built', (folder) => build(folder), options);
}

async function build(folder: string): Promise<void> {
  const functions = bundle(join(folder, 'functions'));
  // Loads what describes the HTTP API, while esbuild is at work.
  const { buildPages } = await import('../web/build.ts');
  const [bundles, pages] = await Promise.all([functions, buildPages()]);
  for (const { path, contents } of bundles) write(path, contents);
  for (const [credentials, files] of Object.entries(pages)) {
    for (const [path, content] of Object.entries(files))
      write(join(folder, 'page', credentials, path), content);
  }
}

async function bundle(outdir: string): Promise<OutputFile[]> {
  const { outputFiles } = await esbuild({
    ...bundling,
    entryPoints: entries.map((entry) => ({ in: `functions/${entry}.ts`, out: `${entry}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    write: false,
    sourcemap: 'linked',
    sourcesContent: false,
  });
  return outputFiles;
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
