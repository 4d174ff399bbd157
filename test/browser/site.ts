import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listenOnLoopback } from '../../local/loopback.ts';

const dist = fileURLToPath(new URL('../../node_modules/socket.io-client/dist/', import.meta.url));

/** Each way to load the client, as its documentation shows it. Both leave `io` where a test finds it. */
const pages = {
  '/umd': '<script src="/socket.io.min.js"></script>',
  '/esm': '<script type="module">import { io } from "/socket.io.esm.min.js"; globalThis.io = io;</script>',
};

export type PagePath = keyof typeof pages;

const files: Readonly<Record<string, readonly [type: string, content: string]>> = {
  ...Object.fromEntries(
    Object.entries(pages).map(([path, script]) => [
      path,
      ['text/html', `<!doctype html><title>Chat</title>${script}`] as const,
    ]),
  ),
  '/socket.io.min.js': ['text/javascript', readFileSync(`${dist}socket.io.min.js`, 'utf8')],
  '/socket.io.esm.min.js': ['text/javascript', readFileSync(`${dist}socket.io.esm.min.js`, 'utf8')],
};

/** A front end's own web server: another origin than the chat's, and the client's bundles as they are published. */
export async function startSite(): Promise<{ readonly origin: string; stop(): Promise<void> }> {
  const server = await listenOnLoopback(
    0,
    (req, res) => {
      const [type, content] = files[req.url ?? ''] ?? [];
      if (type === undefined) res.writeHead(404).end();
      else res.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content);
    },
    (_, socket) => socket.destroy(),
  );
  return { origin: `http://localhost:${server.port}`, stop: () => server.close() };
}
