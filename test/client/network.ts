import { connect, createServer, type Socket } from 'node:net';
import { inject, onTestFinished } from 'vitest';

/** A network between a client and the chat, with everything that networks do. */
export interface Network {
  /** The stage behind it. */
  readonly url: string;
  /** Bytes of this direction vanish; the connection seems to be open, and is dead from then on. */
  swallows: { up: boolean; down: boolean };
  /** Nobody can connect. */
  isDown: boolean;
  /** Ends every connection without a word. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startNetwork(chatUrl: string = inject('chatUrl')): Promise<Network> {
  const target = new URL(chatUrl);
  const sockets = new Set<Socket>();
  const swallows = { up: false, down: false };
  const server = createServer((client) => {
    if (network.isDown) {
      client.destroy();
      return;
    }
    const chat = connect(Number(target.port), target.hostname);
    const pipe = (from: Socket, to: Socket, direction: 'up' | 'down') => {
      sockets.add(from);
      let isDead = false;
      from.on('data', (bytes) => {
        // For good: what follows a hole would be no part of a TCP stream.
        isDead ||= swallows[direction];
        if (!isDead) to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        // A silent network does not say either that the other side is gone.
        if (!isDead) to.destroy();
      });
    };
    pipe(client, chat, 'up');
    pipe(chat, client, 'down');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const network: Network = {
    url: `ws://127.0.0.1:${port}${target.pathname}`,
    swallows,
    isDown: false,
    cut,
    stop() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return network;
}

/** One for a test. */
export async function openNetwork(chatUrl?: string): Promise<Network> {
  const network = await startNetwork(chatUrl);
  onTestFinished(() => network.stop());
  return network;
}
