import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

// A placeholder until the page is there: it shows that the files are served, and what they are configured with.
const script = `
const config = await (await fetch('/config.json')).json();
const { events } = await (await fetch(config.eventsUrl)).json();
document.querySelector('ul').append(...events.map(({ name }) => {
  const item = document.createElement('li');
  item.textContent = name;
  return item;
}));`;

const html = (body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Live event chat</title>${body}</html>\n`;

/** Builds the page into this folder: `index.html`, `client.js`, `embed.js`, `docs/index.html` and `assets/*-HASH.js`. */
export function buildPage(outdir: string): void {
  const { outputFiles } = buildSync({
    stdin: { contents: script, sourcefile: 'page.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: join(outdir, 'assets'),
    entryNames: 'page-[hash]',
    write: false,
  });
  const [page] = outputFiles;
  const asset = `/assets/${page?.path.split(/[\\/]/).at(-1)}`;
  const files: Record<string, string> = {
    'index.html': html(`<h1>Live event chat</h1><ul></ul><script type="module" src="${asset}"></script>`),
    'client.js': 'export {};\n',
    'embed.js': 'export {};\n',
    'docs/index.html': html('<h1>Live event chat: reference</h1>'),
    [asset.slice(1)]: page?.text ?? '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(outdir, name, '..'), { recursive: true });
    writeFileSync(join(outdir, name), text);
  }
}
