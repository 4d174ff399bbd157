import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CacheOptions, cached, homeOf, inputsDigest, moveUnlessThere } from './cache.ts';

export interface Synthesis {
  readonly context: Readonly<Record<string, unknown>>;
  readonly outdir: string;
  /** Of the code that synthesizes. */
  readonly digest: string;
}

/**
 * The folder with the templates for the local stack, with this context: those of `npm run synth`, without its checks, which take
 * seconds and do not change the templates. `synthesize` is asked only if they were not made before from the same inputs.
 */
export function localAssembly(
  context: Synthesis['context'],
  synthesize: (synthesis: Synthesis) => Promise<void>,
  { from, digest = inputsDigest(from) }: CacheOptions = {},
): Promise<string> {
  const sorted = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  const name = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 20);
  return cached(`assembly-${name}`, (outdir) => synthesize({ context, outdir, digest }), { from, digest });
}

/** Makes such templates in this process. */
export async function synthesizeLocally({ context, outdir, digest }: Synthesis): Promise<void> {
  const { buildAssets } = await import('./build.ts');
  // Most of it is to load the CDK: esbuild works meanwhile, in a process of its own.
  const [built, { chatApp }] = await Promise.all([buildAssets({ digest }), import('./app.ts')]);
  chatApp({ built, context, outdir, isLocal: true }).synth();
  shareAssets(outdir, join(homeOf(digest), 'assets'));
}

interface Assets {
  files: Record<string, { source: { path?: string } }>;
}

/** Moves assets to where all assemblies of the same code find them: a copy for each would be 50 MB. Their names are of their content. */
function shareAssets(outdir: string, shared: string): void {
  mkdirSync(shared, { recursive: true });
  for (const file of readdirSync(outdir).filter((name) => name.endsWith('.assets.json'))) {
    const assets = JSON.parse(readFileSync(join(outdir, file), 'utf8')) as Assets;
    for (const { source } of Object.values(assets.files)) {
      if (!source.path?.startsWith('asset.')) continue;
      const [copy, path] = [join(outdir, source.path), join(shared, source.path)];
      if (existsSync(copy)) moveUnlessThere(copy, path);
      source.path = path;
    }
    writeFileSync(join(outdir, file), JSON.stringify(assets));
  }
}
