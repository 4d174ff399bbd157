import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { asyncApiDocument } from '../functions/http/asyncapi-document.ts';
import { openApiDocument } from '../functions/http/openapi-document.ts';
import { referencePage } from './reference/html.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  // light-dark() and :has() are of the same age.
  target: ['es2023', 'chrome123', 'safari17.5', 'firefox121'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

async function built(entry: string, more: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({ ...options, ...more, entryPoints: [entry], write: false });
  return outputFiles[0]?.text ?? '';
}

/** `embed.js` brings its style along. */
async function builtElement(): Promise<string> {
  const style = await built('web/style/embed.css');
  return built('web/embed/live-event-chat.tsx', { define: { EMBED_STYLE: JSON.stringify(style) } });
}

const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** The content of files by their paths. */
export type Files = Readonly<Record<string, string>>;

/**
 * The files of the page, for each kind of credentials that the HTTP API may want: only the reference differs. Those in `assets` have a
 * hash of their content in their names.
 */
export async function buildPages(): Promise<Record<'iam' | 'token', Files>> {
  const [page, pageStyle, referenceStyle, client, element] = await Promise.all([
    built('web/page/main.tsx'),
    built('web/style/page.css'),
    built('web/reference/reference.css'),
    built('client/index.ts'),
    builtElement(),
  ]);
  const assets: Record<string, string> = {};
  const asset = (name: string, content: string): string => {
    const path = `assets/${basename(name, extname(name))}-${hashOf(content)}${extname(name)}`;
    assets[path] = content;
    return `/${path}`;
  };
  const icon = asset('icon.svg', textOf('web/icon.svg'));
  const addresses: Record<string, string> = {
    script: asset('page.js', page),
    style: asset('page.css', pageStyle),
    icon,
  };
  const common = {
    'index.html': textOf('web/index.html').replace(/\{(\w+)\}/g, (_, name) => addresses[name] ?? ''),
    'client.js': client,
    'embed.js': element,
  };
  const reference = { style: asset('reference.css', referenceStyle), icon };
  const pageFor = (credentials: 'iam' | 'token'): Files => ({
    ...assets,
    ...common,
    'docs/index.html': referencePage(openApiDocument(credentials), asyncApiDocument(), reference),
  });
  return { iam: pageFor('iam'), token: pageFor('token') };
}

const hashOf = (content: string) => createHash('sha256').update(content).digest('hex').slice(0, 10);
