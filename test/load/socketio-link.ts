import { io } from 'socket.io-client';
import type { WebSocket } from 'ws';
import type { Address, Answer, Link, LinkUser, Page } from './link.ts';

type Reply = { ok: boolean; error?: NonNullable<Answer['error']> };

/** An unmodified `socket.io-client` with the options that docs/socketio.md recommends. */
export function socketioLink({ url, token }: Address, isBatched: boolean, user: LinkUser): Link {
  const { origin, pathname } = new URL(url.replace(/^ws/, 'http'));
  const socket = io(origin, {
    ...{ path: pathname, addTrailingSlash: false, transports: ['websocket'], timeout: 5_000 },
    // Every client is a browser of its own.
    forceNew: true,
    auth: (send) =>
      send({ token, participantToken: token === undefined ? user.participantToken() : undefined }),
    ...(isBatched && { query: { batch: 1 } }),
  });
  user.onAttempt();
  socket.io.on('reconnect_attempt', () => user.onAttempt());
  socket.on('connect', () => user.onOpen(socket.recovered));
  socket.on('disconnect', () => user.onLost());
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    const why = error.data?.code ?? error.message;
    user.onFailed(why);
    // The library tries again what the server has not refused.
    if (!socket.active) user.onRefused(why);
  });
  socket.on('newMessage', (message) => user.onMessage(message));
  socket.on('eventHistory', (page: Page) => user.onHistory(page));
  socket.on('error', (error: { code: string }) => user.onError(error.code));
  socket.on('batch', (batch: [string, ...unknown[]][]) => {
    for (const [event, ...args] of batch) for (const listener of socket.listeners(event)) listener(...args);
  });
  const engine = () => socket.io.engine as unknown as { transport?: { ws?: WebSocket } } | undefined;

  return {
    ask(action, data, answered) {
      if (!socket.connected) return false;
      socket.emit(action, data, ({ ok, error, ...reply }: Reply) => {
        answered({ ok, data: reply, ...(error && { error }) });
      });
      return true;
    },
    cut: () => engine()?.transport?.ws?.terminate(),
    close() {
      // Its end is no loss.
      socket.off('disconnect');
      socket.disconnect();
    },
  };
}
