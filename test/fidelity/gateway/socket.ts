import type { IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { Queue } from './queue.ts';

export interface Socket {
  readonly webSocket: WebSocket;
  /** Frames in the order they arrived; binary ones as `Buffer`. */
  readonly frames: Queue<string | Buffer>;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly upgradeHeaders: IncomingMessage['headers'];
  next(): Promise<string | Buffer>;
  send(data: string | Buffer | object): void;
}

/** Opens a WebSocket, and waits for the 101. */
export function connect(
  url: string,
  options: ClientOptions & { protocols?: string[] } = {},
): Promise<Socket> {
  const webSocket = new WebSocket(url, options.protocols ?? [], options);
  onTestFinished(() => webSocket.terminate());
  const frames = new Queue<string | Buffer>();
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  webSocket.on('message', (data: Buffer, isBinary) => frames.push(isBinary ? data : data.toString()));
  let upgradeHeaders: IncomingMessage['headers'] = {};
  webSocket.on('upgrade', (response) => {
    upgradeHeaders = response.headers;
  });
  return new Promise((resolve, reject) => {
    webSocket.on('error', reject);
    webSocket.on('open', () =>
      resolve({
        webSocket,
        frames,
        closed,
        upgradeHeaders,
        next: () => frames.next(),
        send: (data) =>
          webSocket.send(typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data)),
      }),
    );
  });
}

/** The HTTP status an upgrade is refused with. */
export function refusal(url: string, options: ClientOptions = {}): Promise<number | undefined> {
  const webSocket = new WebSocket(url, options);
  return new Promise((resolve, reject) => {
    webSocket.on('open', () => reject(new Error('The upgrade was not refused')));
    webSocket.on('error', reject);
    webSocket.on('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode);
    });
  });
}
