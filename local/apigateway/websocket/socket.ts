import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Gateway } from '../gateway.ts';
import type { Connection } from './connection.ts';
import type { Closing } from './disconnect-event.ts';
import { FrameLimit } from './frame-limit.ts';
import { watchLifetime } from './lifetime.ts';
import { handleMessage } from './messages.ts';

/**
 * Listens to an open connection: messages, limits, and its end.
 *
 * Closes with 1001 when idle or too old, 1003 on a binary message (nothing is invoked), 1009 on a frame or message that
 * is too large. Pings of the client are answered by `ws` and reach no Lambda.
 *
 * "Working with binary media types for WebSocket APIs":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html
 */
export function attachSocket(
  gateway: Gateway,
  connection: Connection,
  webSocket: WebSocket,
  socket: Duplex,
  onClosed: (closing: Closing) => void,
): void {
  const { clock, settings } = gateway;
  const { closeReasons } = settings;
  const frameLimit = new FrameLimit(settings.frameBytes);
  const isActive = () => {
    connection.lastActiveAt = clock.now();
  };

  // In front of the listener of `ws`, so that a frame that is too large closes the connection before it is a message.
  socket.prependListener('data', (chunk: Buffer) => {
    if (connection.isOpen && !frameLimit.admits(chunk)) connection.close(1009, closeReasons.tooLarge);
  });

  webSocket.on('message', (data, isBinary) => {
    if (!connection.isOpen) return;
    if (isBinary) return connection.close(1003, closeReasons.binary);
    isActive();
    handleMessage(gateway, connection, textOf(data)).catch((error) =>
      gateway.log(`API Gateway could not handle a message: ${error}`),
    );
  });
  if (settings.controlFramesResetIdle) webSocket.on('ping', isActive).on('pong', isActive);

  const stopWatching = watchLifetime(
    clock,
    () => connection.lastActiveAt,
    (why) => connection.close(1001, why === 'idle' ? 'Going away' : closeReasons.maximumDuration),
  );

  // `ws` has sent the matching close frame itself by the time it reports an error.
  webSocket.on('error', (error) => {
    connection.closedByGateway ??= { code: closeCodeOf(error), reason: '' };
  });
  webSocket.on('close', (code, reason) => {
    stopWatching();
    const lost = { code, reason: settings.lostConnectionReason };
    onClosed(connection.closedByGateway ?? (code === 1006 ? lost : { code, reason: reason.toString() }));
  });
}

/** 1007 for text that is not UTF-8, 1009 for too large, 1002 for everything else that breaks the protocol. */
function closeCodeOf(error: Error): number {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'WS_ERR_INVALID_UTF8') return 1007;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009;
  return typeof code === 'string' && code.startsWith('WS_ERR') ? 1002 : 1006;
}

/** `ws` hands over one buffer for each message with its default `binaryType`. */
const textOf = (data: RawData): string =>
  (Buffer.isBuffer(data) ? data : Buffer.concat([data].flat().map(asBuffer))).toString();

const asBuffer = (part: Buffer | ArrayBuffer): Buffer => (Buffer.isBuffer(part) ? part : Buffer.from(part));
