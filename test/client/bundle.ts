import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as client from '../../client/index.ts';

const folder = fileURLToPath(new URL('../../client/', import.meta.url));

/** What a page gets: one minified module. `times` replaces times of client/timing.ts. */
export async function bundle(entry: string, times: Record<string, number> = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['react'],
    write: false,
    plugins: [
      {
        name: 'times',
        setup(plugins) {
          plugins.onLoad({ filter: /client\/timing\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, 'utf8').replace(
              /export const (\w+) = [\d_]+;/g,
              (line, name: string) => (name in times ? `export const ${name} = ${times[name]};` : line),
            ),
            loader: 'ts',
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

/** Most of what goes wrong in a test is not answered at all. */
const patience = { ANSWER_MS: 3_000, PONG_MS: 3_000, CONNECT_MS: 4_000, BACKOFF_MAX_MS: 1_000 };

/** The client as a page gets it, but with other times of client/timing.ts. */
export async function impatientClient(times: Record<string, number> = patience): Promise<typeof client> {
  const file = join(mkdtempSync(join(tmpdir(), 'client-')), 'client.mjs');
  writeFileSync(file, await bundle('index.ts', times));
  return import(/* @vite-ignore */ pathToFileURL(file).href);
}
