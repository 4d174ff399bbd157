import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssets } from './infra/build.ts';

// `npm run build`: makes what the package consists of, in the folder `dist`, which has the layout of the sources.

const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
// The compiler rewrites imports in what it emits, but not in declarations.
for (const file of filesIn(dist, '.d.ts')) {
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/((?:from |import\()['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'),
  );
}
// Whatever execution environments of the local stack load is no TypeScript.
for (const file of filesIn(join(root, 'local'), '.mjs')) cpSync(file, join(dist, relative(root, file)));
const built = await buildAssets();
for (const folder of ['functions', 'page']) {
  const filter = (file: string) => !file.endsWith('.map');
  cpSync(join(built, folder), join(dist, '.build', folder), { recursive: true, filter });
}

function filesIn(folder: string, end: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith(end)).map((file) => join(folder, file));
}
