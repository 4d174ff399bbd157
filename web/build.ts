import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  // light-dark() and :has() are of the same age.
  target: ['es2023', 'chrome123', 'safari17.5', 'firefox121'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

const built = (entry: string, more: BuildOptions = {}): string =>
  buildSync({ ...options, ...more, entryPoints: [entry] }).outputFiles?.[0]?.text ?? '';

/** The files of the page by their paths: those in `assets` have a hash of their content in their names. */
export function pageFiles(): Record<string, string> {
  const assets: Record<string, string> = {};
  const asset = (name: string, content: string): string => {
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10);
    const path = `assets/${basename(name, extname(name))}-${hash}${extname(name)}`;
    assets[path] = content;
    return `/${path}`;
  };
  const addresses: Record<string, string> = {
    script: asset('page.js', built('web/page/main.tsx')),
    style: asset('page.css', built('web/style/page.css')),
    icon: asset('icon.svg', readFileSync(join(root, 'web/icon.svg'), 'utf8')),
  };
  const index = readFileSync(join(root, 'web/index.html'), 'utf8');
  const style = built('web/style/embed.css');
  return {
    ...assets,
    'index.html': index.replace(/\{(\w+)\}/g, (_, name) => addresses[name] ?? ''),
    'client.js': built('client/index.ts'),
    'embed.js': built('web/embed/live-event-chat.tsx', { define: { EMBED_STYLE: JSON.stringify(style) } }),
  };
}

/** Writes the page into a folder, and nothing else is in it afterwards. */
export function buildPage(outdir: string): void {
  rmSync(outdir, { recursive: true, force: true });
  for (const [path, content] of Object.entries(pageFiles())) {
    const file = join(outdir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
