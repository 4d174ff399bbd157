import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface LoopbackServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on this machine alone: on 127.0.0.1 and, where it exists, on ::1 at the same port, since `localhost` may mean
 * either. `port` 0 takes a free one.
 */
export async function listenOnLoopback(
  port: number,
  onRequest: RequestListener,
  onUpgrade: (req: Parameters<RequestListener>[0], socket: Duplex, head: Buffer) => void,
): Promise<LoopbackServer> {
  for (let attempt = 1; ; attempt++) {
    const servers = [createServer(onRequest), createServer(onRequest)] as const;
    for (const server of servers) {
      server.on('upgrade', onUpgrade);
      // Frozen execution environments must find their connections open when they thaw.
      server.keepAliveTimeout = 3_600_000;
    }
    const close = async () => {
      await Promise.all(servers.map(closeServer));
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
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      // Only half of a free port was free: another one.
      if (port === 0 && attempt < 10) continue;
      throw new Error(
        `Port ${port} is in use; stop what uses it, or choose another one: PORT=${port + 1} npm start`,
        { cause: error },
      );
    }
  }
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
