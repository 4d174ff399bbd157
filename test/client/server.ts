import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Room } from '../../client/index.ts';
import { openChat, until } from './rooms.ts';

/** A server that says what a test wants it to say; it answers joins, leaves and pings. */
export async function startServer(
  onRequest: (socket: WebSocket, request: Request) => void = () => {},
  history: object = { messages: [], hasMore: false },
) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  const sockets: WebSocket[] = [];
  const joins: unknown[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (text) => {
      const request = JSON.parse(`${text}`) as Request;
      const { action, id, data } = request;
      if (action === 'joinEvent') {
        const { eventId, username } = data as Record<string, string>;
        joins.push(data);
        const participant = { id: 'me', username, joinedAt: '2026-01-01T00:00:00.000Z' };
        const event = { id: eventId, name: 'An event', status: 'active', participantCount: 1 };
        const can = { send: true, moderate: false, operate: false };
        tell(socket, [
          { event: 'ack', id, data: { event, participant, latestSeq: 0, can } },
          {
            event: 'eventHistory',
            data: { eventId, participants: [participant], participantCount: 1, ...history },
          },
        ]);
      } else if (action === 'ping' || action === 'leaveEvent') tell(socket, { event: 'ack', id, data: {} });
      else onRequest(socket, request);
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  return { url: `ws://127.0.0.1:${port}/prod`, sockets, joins };
}

export interface Request {
  action: string;
  id?: number;
  data: Record<string, unknown>;
}

export const tell = (socket: WebSocket, frame: unknown) => socket.send(JSON.stringify(frame));
export const message = (seq: number, more: object = {}) => ({
  id: `m${seq}`,
  eventId: 'e',
  seq,
  participant: { id: 'ben', username: 'ben' },
  text: `${seq}`,
  sentAt: '2026-01-01T00:00:00.000Z',
  ...more,
});
export const heard = (seq: number) => ({ event: 'newMessage', data: message(seq) });
export const ben = { id: 'ben', username: 'ben', joinedAt: '2026-01-01T00:00:00.000Z' };

export async function enterServer(url: string, options: Parameters<typeof openChat>[0] = {}): Promise<Room> {
  const room = openChat({ url, ...options }).join('e', { username: 'ana' });
  await until(room, 'a live room', ({ status }) => status === 'live');
  return room;
}
