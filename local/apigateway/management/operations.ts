import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gateway } from '../gateway.ts';
import type { Connection } from '../websocket/connection.ts';
import { sessionTokenOf } from './caller.ts';
import { limitExceeded, payloadTooLarge, sendError } from './errors.ts';

/**
 * PostToConnection: sends the body as one text frame, whatever its bytes are. Answers when the frame was handed to the
 * socket, not when the client has it. 413 above 128 KB, or what is set; 429 when the client does not keep up.
 *
 * @param body `undefined` if there was more than the limit
 */
export function postToConnection(
  gateway: Gateway,
  connection: Connection,
  req: IncomingMessage,
  res: ServerResponse,
  body: Buffer | undefined,
): void {
  if (body === undefined) {
    sendError(res, payloadTooLarge);
  } else if (hasFullBuffer(gateway, connection)) {
    sendError(res, limitExceeded('WebSocket client side buffer is full'));
  } else {
    connection.send(body, gateway.clock.now());
    gateway.metrics.webSocket(connection.stage, 'MessageCount');
    gateway.meter({ what: 'message', direction: 'out', bytes: body.length });
    if (gateway.onPost(sessionTokenOf(req))) res.destroy();
    else res.writeHead(200, { 'Content-Length': 0 }).end();
  }
}

const hasFullBuffer = ({ settings, faults }: Gateway, { id, bufferedBytes }: Connection): boolean =>
  bufferedBytes > settings.clientBufferBytes || faults.fullBuffers.includes(id);

/** GetConnection: times are RFC 3339 strings, keys begin in lower case; the SDKs take nothing else. */
export function getConnection(connection: Connection, res: ServerResponse): void {
  const body = JSON.stringify({
    connectedAt: new Date(connection.facts.connectedAt).toISOString(),
    identity: connection.facts.identity,
    lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
  });
  res
    .writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}

/** DeleteConnection: closes the connection, which then has its `$disconnect`. */
export function deleteConnection(gateway: Gateway, connection: Connection, res: ServerResponse): void {
  res.writeHead(204).end();
  connection.close(gateway.settings.deleteCloseCode, '');
}
