import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A network between clients and a stage that can stop carrying anything, without closing a connection. */
export interface SilentNetwork {
  /** The stage, through this network. */
  readonly url: string;
  /** From now on nothing comes through the connections that there are; new ones work. */
  swallow(): void;
  stop(): Promise<void>;
}

export async function silentNetwork(stage: string): Promise<SilentNetwork> {
  const { hostname, port, pathname } = new URL(stage);
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((client) => {
    const target = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [client, target];
    pairs.add(pair);
    client.pipe(target).pipe(client);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        // Of a connection that is swallowed, neither side hears that the other has gone.
        if (pairs.has(pair)) for (const other of pair) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const swallowed: Socket[] = [];
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    swallow: () => {
      for (const [client, target] of pairs) {
        client.unpipe();
        target.unpipe();
        client.resume();
        target.resume();
        swallowed.push(client, target);
      }
      pairs.clear();
    },
    stop: async () => {
      for (const socket of [...swallowed, ...[...pairs].flat()]) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
