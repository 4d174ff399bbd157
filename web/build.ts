import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { asyncApiDocument } from '../functions/http/asyncapi-document.ts';
import { openApiDocument } from '../functions/http/openapi-document.ts';
import { referencePage } from './reference/html.ts';

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

const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/**
 * The files of the page by their paths: those in `assets` have a hash of their content in their names. `credentials` is what
 * the HTTP API wants, for the reference.
 */
export function pageFiles(credentials: 'token' | 'iam' = 'iam'): Record<string, string> {
  const assets: Record<string, string> = {};
  const asset = (name: string, content: string): string => {
    const path = `assets/${basename(name, extname(name))}-${hashOf(content)}${extname(name)}`;
    assets[path] = content;
    return `/${path}`;
  };
  const addresses: Record<string, string> = {
    script: asset('page.js', built('web/page/main.tsx')),
    style: asset('page.css', built('web/style/page.css')),
    icon: asset('icon.svg', textOf('web/icon.svg')),
  };
  const style = built('web/style/embed.css');
  const reference = {
    style: asset('reference.css', built('web/reference/reference.css')),
    icon: addresses.icon ?? '',
  };
  return {
    ...assets,
    'index.html': textOf('web/index.html').replace(/\{(\w+)\}/g, (_, name) => addresses[name] ?? ''),
    'docs/index.html': referencePage(openApiDocument(credentials), asyncApiDocument(), reference),
    'client.js': built('client/index.ts'),
    'embed.js': built('web/embed/live-event-chat.tsx', { define: { EMBED_STYLE: JSON.stringify(style) } }),
  };
}

const hashOf = (content: string) => createHash('sha256').update(content).digest('hex').slice(0, 10);
