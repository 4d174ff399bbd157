import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

/** How long a client may be away, as in Socket.IO's documentation. */
const AWAY_MS = 2 * 60_000;

/**
 * A chat as Socket.IO's own tutorial has it: a process, a room for each event, an acknowledgement, everything in memory. `recovers`: with
 * connection state recovery and the adapter in memory. Resolves to `ws://localhost:PORT/socket.io`.
 */
export async function startPlainServer(recovers: boolean): Promise<string> {
  const server = createServer();
  const io = new Server(server, {
    addTrailingSlash: false,
    transports: ['websocket'],
    ...(recovers && { connectionStateRecovery: { maxDisconnectionDuration: AWAY_MS } }),
  });
  let seq = 0;
  io.on('connection', (socket) => {
    socket.on('joinEvent', ({ eventId }, ack) => {
      socket.data.eventId = eventId;
      socket.join(eventId);
      ack({ ok: true, latestSeq: seq });
    });
    socket.on('sendMessage', ({ text, clientMessageId }, ack) => {
      seq += 1;
      const message = { seq, text, clientMessageId };
      io.to(socket.data.eventId).emit('newMessage', message);
      ack({ ok: true, message });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return `ws://localhost:${(server.address() as AddressInfo).port}/socket.io`;
}
