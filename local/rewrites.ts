/** Paths that are served as another one: `{ '/socket.io/': '/prod' }` covers `/socket.io`, `/socket.io/` and below. */
export type Rewrites = Readonly<Record<string, string>>;

/**
 * What an edge in front of the APIs does to a request: the path changes as a whole, the query stays. The first entry
 * that covers the path counts, once: what came out is not looked up again.
 *
 * @param target path and query, undecoded, as in the request line
 */
export function rewritten(target: string, rewrites: Rewrites): string {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const [, to] = Object.entries(rewrites).find(([from]) => covers(from, path)) ?? [];
  return to === undefined ? target : to + target.slice(path.length);
}

function covers(from: string, path: string): boolean {
  const folder = from.endsWith('/') ? from : `${from}/`;
  return `${path}/` === folder || path.startsWith(folder);
}
