import type { Chat } from '../../shared/chat/chat.ts';
import { packFrames } from '../../shared/delivery/content/frames.ts';
import type { ManagementApi } from '../../shared/delivery/posting/management-api.ts';
import { newPoster } from '../../shared/delivery/posting/poster.ts';
import { type Client, hear } from './simulated-client.ts';

interface Circumstances {
  random: () => number;
  pause: () => Promise<void>;
  tick: () => number;
  /** The client's own end of a connection closes too. */
  hangUp: (client: Client) => void;
  /** A connection has closed. */
  closed: (connectionId: string) => void;
}

/** What API Gateway does: it knows connections, whose clients may be gone already, and posts to them. */
export function newGateway({ random, pause, tick, hangUp, closed }: Circumstances) {
  const connections = new Map<string, Client>();
  /** The client, if it is still at its end of the connection. */
  const listener = (connectionId: string) => {
    const client = connections.get(connectionId);
    return client?.isOpen && client.connectionId === connectionId ? client : undefined;
  };

  const api: ManagementApi = {
    async post(connectionId, { body }) {
      await pause();
      const connection = connections.get(connectionId);
      if (!connection) return 410;
      // Some posts that fail have arrived.
      const fails = connection.isSick && random() < 0.8;
      const client = listener(connectionId);
      if (client && (!fails || random() < 0.2)) hear(client, body.toString(), tick);
      await pause();
      return fails ? troubled() : 200;
    },
    async get(connectionId) {
      await pause();
      const connection = connections.get(connectionId);
      if (!connection) return 410;
      return connection.isSick && random() < 0.5 ? troubled() : 200;
    },
    async delete(connectionId) {
      await pause();
      if (connections.get(connectionId)?.isSick) return troubled();
      const client = listener(connectionId);
      close(connectionId);
      if (client) hangUp(client);
      return 204;
    },
  };
  const troubled = () => (random() < 0.5 ? 429 : 500);
  const poster = newPoster(api, { patienceMs: 100 });

  function close(connectionId: string): void {
    if (connections.delete(connectionId)) closed(connectionId);
  }

  /** Closes connections whose clients are gone. Resolves to whether there were any. */
  function closeDead(): boolean {
    const dead = [...connections.keys()].filter((id) => !listener(id));
    for (const id of dead) close(id);
    return dead.length > 0;
  }

  const send: Chat['send'] = ({ connectionId, wire }, ...events) =>
    poster.post(connectionId, packFrames(wire, events));
  return { connections, poster, send, close, closeDead };
}
