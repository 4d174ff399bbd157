import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Settings } from '../settings.ts';

/** Accepts and refuses upgrades on the wire. */
export class Handshake {
  readonly #server: WebSocketServer;
  readonly #headers = new WeakMap<IncomingMessage, Readonly<Record<string, string>>>();

  constructor(settings: Settings) {
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // A larger message is closed with 1009.
      maxPayload: settings.messageBytes,
      // Not in the type definitions of `ws` yet.
      closeTimeout: settings.closeTimeoutMs,
      // API Gateway never chooses a subprotocol itself: the one that $connect returned is in the headers below.
      handleProtocols: () => false as const,
    };
    this.#server = new WebSocketServer(options);
    this.#server.on('headers', (lines, req) => {
      for (const [name, value] of Object.entries(this.#headers.get(req) ?? {}))
        lines.push(`${name}: ${value}`);
    });
  }

  /** Answers 101. `onOpen` is not called if the client has gone in the meantime. */
  accept(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    headers: Readonly<Record<string, string>>,
    onOpen: (webSocket: WebSocket) => void,
  ): void {
    this.#headers.set(req, headers);
    this.#server.handleUpgrade(req, socket, head, onOpen);
  }
}

/** Whether a request is one that can become a WebSocket connection. */
export function isUpgrade(req: IncomingMessage): boolean {
  return (
    req.method === 'GET' &&
    req.headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9a-z]{22}==$/i.test(req.headers['sec-websocket-key'] ?? '') &&
    req.headers['sec-websocket-version'] === '13'
  );
}

/** How long a client that was refused may take to hang up. */
const hangUpMs = 2_000;

/** Answers an upgrade with an HTTP status instead of 101 and ends the socket, also if the client does not. */
export function refuse(
  socket: Duplex,
  status: number,
  ids: { connectionId?: string; requestId: string },
): void {
  const reason = STATUS_CODES[status] ?? 'Unknown';
  const body = JSON.stringify({ message: reason, ...ids });
  const lines = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-amzn-RequestId: ${ids.requestId}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  // Not at once: what is still unread would make it a reset, and the client could lose the answer.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), hangUpMs).unref();
  socket.once('close', () => clearTimeout(timer));
}
