import { isDeepStrictEqual } from 'node:util';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { WebSocket } from 'ws';
import type { Message, Participant } from '../../shared/protocol/entities.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import { withPatience } from '../support/chat-client.ts';
import { type Entry, eventEntry } from './transcript.ts';

export type Options = Partial<ManagerOptions & SocketOptions>;

/** What an acknowledgement callback gets. */
export interface Reply {
  ok: boolean;
  error?: ErrorData;
  participantToken?: string;
  participant?: Participant;
  message?: Message;
  latestSeq?: number;
}

/** An unmodified Socket.IO client that writes down what it hears. It connects at once. */
export class Client {
  readonly socket: Socket;
  readonly entries: Entry[] = [];
  readonly #unasked: Entry[] = [];
  readonly #watchers = new Set<() => void>();

  /** `connect`: the `io` of a version of the library. */
  constructor(address: string, options: Options, connect: typeof io = io) {
    // Every client is a browser of its own: sockets of one page would share a connection.
    this.socket = connect(address, { transports: ['websocket'], forceNew: true, ...options });
    this.socket.onAny((name: string, ...args: unknown[]) => this.#take(eventEntry(name, args)));
    this.socket.on('connect', () => {
      const { id: sid, recovered } = this.socket;
      this.#take({ kind: 'life', name: 'connect', data: { sid, recovered } });
    });
    this.socket.on('disconnect', (reason) => {
      this.#take({ kind: 'life', name: 'disconnect', data: { reason } });
    });
    this.socket.on('connect_error', (error: Error & { data?: unknown }) => {
      const { message, data } = error;
      this.#take({ kind: 'life', name: 'connect_error', data: { message, data } });
    });
  }

  /** Emits without a callback: success is silent, a failure comes as the event `error`. */
  emit(action: string, ...args: unknown[]): void {
    this.socket.emit(action, ...args);
  }

  /** Sends one packet past the library. */
  sendPacket(packet: string): void {
    this.#webSocket.send(packet);
  }

  /** Emits with a callback, and waits for it. */
  ask(action: string, ...args: unknown[]): Promise<Reply> {
    return withPatience(`the ack of ${action}; heard ${this.#summary()}`, (resolve) => {
      // With the option `retries` an error, or null, comes before the reply.
      this.socket.emit(action, ...args, (...results: unknown[]) => {
        const reply = results.at(-1) as Reply;
        this.#take({ kind: 'ack', name: action, data: reply });
        resolve(reply);
      });
    });
  }

  /** Writes down what a promise of the library came to. */
  async outcome(name: string, promise: Promise<unknown>): Promise<void> {
    const data = await promise.catch((error: Error) => ({ rejected: error.message }));
    this.#take({ kind: 'ack', name, data });
  }

  /** Asks for something that is not to be in the transcript. */
  aside<Data>(action: string, data: object): Promise<Data> {
    return withPatience(`the answer to ${action}; heard ${this.#summary()}`, (resolve) => {
      this.socket.emit(action, data, resolve);
    });
  }

  /** Waits for the next entry of this name, with these fields, that no test has asked for yet. */
  hears<Data>(name: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Data> {
    const what = `${name} ${JSON.stringify(fields)}; heard ${this.#summary()}`;
    return withPatience<Data>(what, (resolve) => {
      const look = () => {
        const index = this.#unasked.findIndex((entry) => entry.name === name && has(entry.data, fields));
        if (index < 0) return;
        const [entry] = this.#unasked.splice(index, 1);
        this.#watchers.delete(look);
        resolve(entry?.data as Data);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Kills the TCP connection: neither side says goodbye. The client comes back when told to. */
  async cut(): Promise<void> {
    this.socket.io.reconnection(false);
    this.cutBriefly();
    await this.hears('disconnect');
  }

  /** The same, but the client comes back by itself. */
  cutBriefly(): void {
    this.#webSocket.terminate();
  }

  get #webSocket(): WebSocket {
    return (this.socket.io.engine as unknown as { transport: { ws: WebSocket } }).transport.ws;
  }

  async comeBack(): Promise<void> {
    this.socket.io.reconnection(true);
    this.socket.connect();
    await this.hears('connect');
  }

  #take(entry: Entry): void {
    this.entries.push(entry);
    this.#unasked.push(entry);
    for (const look of [...this.#watchers]) look();
  }

  #summary(): string {
    const names = this.entries.map(({ kind, name }) => (kind === 'ack' ? `ack of ${name}` : name));
    return names.join(', ') || 'nothing';
  }
}

function has(data: unknown, fields: Readonly<Record<string, unknown>>): boolean {
  const object = Object(data) as Record<string, unknown>;
  return Object.entries(fields).every(([key, value]) => isDeepStrictEqual(object[key], value));
}
