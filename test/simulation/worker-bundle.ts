import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from '../../infra/build.ts';

/** What runs worlds, as one file: what loads TypeScript as it is takes a third longer, as it names every function anew. */
const file = join(bundling.absWorkingDir, '.build', 'worlds.mjs');

let built: Promise<string> | undefined;

/** Resolves to the file, which it has made anew, once in a process. */
export function workerBundle(): Promise<string> {
  built ??= build({
    absWorkingDir: bundling.absWorkingDir,
    entryPoints: ['test/simulation/worker.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
  }).then(() => file);
  return built;
}
