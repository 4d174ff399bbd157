import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export const asksForWebSocket = (req: IncomingMessage): boolean =>
  req.headers.upgrade?.trim().toLowerCase() === 'websocket';

/**
 * Gives a request back to its server as if it had no `Upgrade` header, which is how a server ignores an upgrade that it
 * does not know. Java's HttpClient and `curl --http2` offer h2c with their first request. `node:http` has taken such a
 * request off its parser, so a new parser reads it once more.
 *
 * RFC 9110, section 7.8: https://www.rfc-editor.org/rfc/rfc9110#section-7.8
 */
export function withoutUpgrade(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`];
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(i, i + 2);
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${value}`);
  }
  const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.unshift(Buffer.concat([request, head]));
  server.emit('connection', socket);
}
