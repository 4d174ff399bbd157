import { inject } from 'vitest';
import WebSocket from 'ws';
import { PING } from '../../shared/protocol/socketio.ts';
import { type ClientSocket, opened } from './chat-client.ts';
import { type Patience, withPatience } from './transcript.ts';

/** A client of the Socket.IO wire without any library, for transcripts of packets. */
export class PacketClient {
  readonly #socket: ClientSocket;
  readonly #patience: Patience;
  readonly #waiting: string[] = [];
  readonly #takers: ((text: string | undefined) => void)[] = [];
  readonly #closed: Promise<number>;
  #isClosed = false;

  private constructor(socket: ClientSocket, patience: Patience) {
    this.#socket = socket;
    this.#patience = patience;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data) => this.#arrived(String(data)));
    socket.once('close', () => {
      this.#isClosed = true;
      for (const taker of this.#takers.splice(0)) taker(undefined);
    });
  }

  /** `url` with its query. Rejects with the status if the upgrade is refused. */
  static connect(url: string): Promise<PacketClient> {
    return PacketClient.over(new WebSocket(url));
  }

  /** On a socket that is about to open. */
  static async over(socket: ClientSocket, patience: Patience = withPatience): Promise<PacketClient> {
    const client = new PacketClient(socket, patience);
    await opened(socket, patience);
    return client;
  }

  /** Sends one frame: text as it is, bytes as binary. */
  send(frame: string | Uint8Array): void {
    this.#socket.send(frame);
  }

  /** The next text frame, undefined once the connection is closed. Noops, which come at any time, are left out. */
  async nextOrClose(): Promise<string | undefined> {
    const text = this.#waiting.shift();
    if (text !== undefined || this.#isClosed) return text;
    return this.#patience('a packet', (resolve) => this.#takers.push(resolve));
  }

  async next(): Promise<string> {
    const text = await this.nextOrClose();
    if (text === undefined) throw new Error(`Closed with ${await this.#closed} instead of a packet`);
    return text;
  }

  /** Sends `text`, and waits for the next frame. */
  ask(text: string): Promise<string> {
    this.send(text);
    return this.next();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** The close code, when the server has closed the connection. */
  closed(): Promise<number> {
    return this.#patience('the end of the connection', (resolve) => this.#closed.then(resolve));
  }

  close(): Promise<number> {
    this.#socket.close();
    return this.#closed;
  }

  #arrived(text: string): void {
    if (text === PING) return;
    const taker = this.#takers.shift();
    if (taker) taker(text);
    else this.#waiting.push(text);
  }
}

const clients: PacketClient[] = [];
/** After each test: test/setup/clients.ts. */
export const closePacketClients = () => Promise.all(clients.splice(0).map((client) => client.close()));

/** A client of the suite's chat; closed after the test. */
export async function connectPackets(query = 'EIO=4&transport=websocket'): Promise<PacketClient> {
  const client = await PacketClient.connect(`${inject('chatUrl')}?${query}`);
  clients.push(client);
  return client;
}
