import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../log.ts';
import { targetOf } from '../client.ts';

const hint = 'API Gateway has no long-polling: connect with transports: ["websocket"]';

/**
 * Answers a Socket.IO client that begins with HTTP long-polling, as it does unless it is told otherwise. API Gateway's own
 * answer has no CORS headers, so that a browser would say only that the server cannot be reached. This one has, and is
 * what an Engine.IO server says to a transport that it does not know.
 * https://github.com/socketio/engine.io-protocol
 *
 * @returns false if the request is for something else
 */
export function refusePolling(req: IncomingMessage, res: ServerResponse, log: Log): boolean {
  const query = new URLSearchParams(targetOf(req).query);
  if (!query.has('EIO') || query.get('transport') !== 'polling') return false;
  log(`A Socket.IO client has tried to connect by HTTP. ${hint}`);
  for (const [name, value] of Object.entries(corsHeaders(req))) res.setHeader(name, value);
  if (req.method === 'OPTIONS') res.writeHead(204).end();
  else {
    const body = JSON.stringify({ code: 0, message: `Transport unknown. ${hint}` });
    res.writeHead(400, { 'Content-Type': 'application/json' }).end(body);
  }
  return true;
}

/** Any page may read it, one that sends cookies and headers of its own too. */
function corsHeaders({ headers }: IncomingMessage): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return {};
  const asked = headers['access-control-request-headers'];
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Methods': 'GET, POST',
    ...(asked !== undefined && { 'Access-Control-Allow-Headers': asked }),
    Vary: 'Origin',
  };
}
