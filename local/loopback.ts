import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { asksForWebSocket, withoutUpgrade } from './other-upgrades.ts';

export interface LoopbackServer {
  readonly port: number;
  /** Also ends the connections that are open, those that were upgraded too. */
  close(): Promise<void>;
}

/** Takes over the socket of a request with `Upgrade: websocket`. Errors of the socket are handled already. */
export type OnUpgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => unknown;
export type OnRequest = (req: IncomingMessage, res: ServerResponse) => unknown;

/**
 * Listens on this machine alone: on 127.0.0.1 and, where it exists, on ::1 at the same port, since `localhost` may mean
 * either. `port` 0 takes a free one. A request that its listener fails on is cut.
 */
export async function listenOnLoopback(
  port: number,
  onRequest: OnRequest,
  onUpgrade: OnUpgrade,
): Promise<LoopbackServer> {
  const upgraded = new Set<Duplex>();
  const serve = () => createLoopbackServer(onRequest, onUpgrade, upgraded);
  for (let attempt = 1; ; attempt++) {
    const servers = [serve(), serve()] as const;
    const close = async () => {
      const closed = servers.map(closeServer);
      // The servers wait for them, but no longer know them.
      for (const socket of upgraded) socket.destroy();
      await Promise.all(closed);
    };
    try {
      const taken = await listen(servers[0], port, '127.0.0.1');
      await listen(servers[1], taken, '::1').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') throw error;
        // No IPv6 here.
      });
      return { port: taken, close };
    } catch (error) {
      await close();
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE') throw new Error(`Port ${port} cannot be used: ${message}`, { cause: error });
      // Only half of a free port was free: another one.
      if (port === 0 && attempt < 10) continue;
      throw new Error(
        `Port ${port} is in use; stop what uses it, or choose another one: PORT=${port + 1} npm start`,
        { cause: error },
      );
    }
  }
}

/** Throws if nothing can listen there. */
export async function checkPort(port: number): Promise<void> {
  const refuse: OnRequest = (_req, res) => res.destroy();
  await (await listenOnLoopback(port, refuse, (_req, socket) => socket.destroy())).close();
}

function createLoopbackServer(onRequest: OnRequest, onUpgrade: OnUpgrade, upgraded: Set<Duplex>): Server {
  const server = createServer((req, res) => {
    cutIfItFails(res, () => onRequest(req, res));
  });
  server.on('upgrade', (req, socket, head) => {
    if (!asksForWebSocket(req)) return withoutUpgrade(server, req, socket, head);
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    cutIfItFails(socket, () => onUpgrade(req, socket, head));
  });
  // Frozen execution environments must find their connections open when they thaw.
  server.keepAliveTimeout = 3_600_000;
  return server;
}

/** One request that cannot be handled must not end the process. */
function cutIfItFails(connection: { destroy(): unknown }, handle: () => unknown): void {
  Promise.resolve()
    .then(handle)
    .catch(() => connection.destroy());
}

export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Also ends the connections that are open. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
