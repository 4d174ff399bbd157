import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Server } from 'socket.io';
import * as z from 'zod';
import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import { ChatError, toChatError } from '../../shared/protocol/errors.ts';
import { parse } from '../../shared/protocol/parse.ts';
import { defaultReactions } from '../../shared/protocol/reactions.ts';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { eventName } from '../../shared/protocol/text.ts';
import { type Guest, type Io, referenceActions } from './reference-actions.ts';
import { eventIn, newId, type Room, timestamp } from './reference-rooms.ts';

/** How long a lost connection still counts as present, and can be recovered. */
const GRACE_MS = 60_000;

export interface ReferenceServer {
  /** `http://localhost:PORT` */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * What the serverless chat stands in for: one process with Express and Socket.IO that keeps everything in memory. It
 * behaves as the contract says, so that the same clients can be played against both.
 */
export async function startReferenceServer(): Promise<ReferenceServer> {
  const rooms = new Map<string, Room>();
  const app = express();
  const server = createServer(app);
  const io: Io = new Server(server, {
    transports: ['websocket'],
    connectionStateRecovery: { maxDisconnectionDuration: GRACE_MS },
  });
  serveSockets(io, rooms);
  serveEvents(app, io, rooms);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://localhost:${port}`, close: () => io.close() };
}

function serveSockets(io: Io, rooms: Map<string, Room>): void {
  const { leave, ...actions } = referenceActions(io, rooms);
  const farewells = new Map<string, NodeJS.Timeout>();

  function perform(socket: Guest, name: string, data: unknown) {
    if (!Object.hasOwn(actions, name)) throw new ChatError('UNKNOWN_ACTION');
    const action = name as keyof typeof actions;
    return actions[action](socket, parse(clientToServer[action] as never, data));
  }

  io.on('connection', (socket) => {
    if (socket.recovered) clearTimeout(farewells.get(socket.id));
    socket.on('disconnect', (reason) => {
      const isDeliberate = reason === 'client namespace disconnect';
      if (isDeliberate) leave(socket);
      else farewells.set(socket.id, setTimeout(() => leave(socket), GRACE_MS).unref());
    });

    socket.onAny((name: string, ...args: unknown[]) => {
      const last = args.at(-1);
      const ack = typeof last === 'function' ? last : undefined;
      // `undefined` travels as null: no payload is an empty one.
      const data = (ack ? args.slice(0, -1) : args)[0] ?? {};
      try {
        if (args.some(hasBinary)) throw new ChatError('BINARY_NOT_SUPPORTED');
        const reply = perform(socket, name, data);
        if (ack) ack({ ok: true, ...reply.data });
        else if (name === 'getActiveEvents') socket.emit('activeEvents', reply.data as ActiveEvents);
        reply.afterwards?.();
      } catch (error) {
        const refusal = toChatError(error, 'reference').toData();
        if (ack) ack({ ok: false, error: refusal });
        else socket.emit('error', refusal);
      }
    });
  });
}

type ActiveEvents = ServerToClient['activeEvents'];

function hasBinary(value: unknown): boolean {
  if (value instanceof Uint8Array) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasBinary);
}

/** As much of the HTTP API as the scenarios need. */
function serveEvents(app: express.Express, io: Io, rooms: Map<string, Room>): void {
  app.use(express.json());

  app.post('/api/events', (request, response) => {
    const { name } = parse(z.object({ name: eventName }), request.body);
    const reactions = [...defaultReactions];
    const event = { id: newId(), name, status: 'active', createdAt: timestamp(), reactions } as const;
    const room: Room = { event, messages: [], tabs: new Map(), viewers: new Set() };
    rooms.set(event.id, room);
    response.status(201).json(eventIn(room));
  });

  app.get('/api/events/:id', (request, response) => {
    const room = rooms.get(request.params.id);
    if (room) response.json(eventIn(room));
    else response.status(404).json({ error: new ChatError('EVENT_NOT_FOUND').toData() });
  });

  app.patch('/api/events/:id', (request, response) => {
    const room = rooms.get(request.params.id);
    if (!room) return void response.status(404).json({ error: new ChatError('EVENT_NOT_FOUND').toData() });
    if (room.event.status === 'active' && request.body.status === 'ended') {
      room.event.status = 'ended';
      io.to(room.event.id).emit('eventEnded', { event: eventIn(room) });
    }
    response.json(eventIn(room));
  });
}
