import { isDeepStrictEqual } from 'node:util';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { WebSocket } from 'ws';
import type { Message, Participant } from '../../shared/protocol/entities.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import { type Patience, Transcript, withPatience } from './transcript.ts';

export type Options = Partial<ManagerOptions & SocketOptions>;

/** One thing that a client has heard. */
export interface Heard {
  /** `life`: connect, disconnect, connect_error. `ack`: the answer to something the client asked. */
  kind: 'event' | 'ack' | 'life';
  /** The name of the event; of the action, for an ack. */
  name: string;
  data: unknown;
  /** It carried a recovery offset. Compared for `newMessage` only, which has to carry one. */
  offset?: 'string';
}

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
export class SocketClient {
  readonly socket: Socket;
  readonly #patience: Patience;
  readonly #transcript: Transcript<Heard>;

  get entries(): readonly Heard[] {
    return this.#transcript.entries;
  }

  /** `connect`: the `io` of a version of the library. */
  constructor(address: string, options: Options, connect: typeof io = io, patience: Patience = withPatience) {
    this.#patience = patience;
    this.#transcript = new Transcript(
      ({ kind, name }) => (kind === 'ack' ? `ack of ${name}` : name),
      patience,
    );
    // Every client is a browser of its own: sockets of one page would share a connection.
    this.socket = connect(address, { transports: ['websocket'], forceNew: true, ...options });
    this.socket.onAny((name: string, ...args: unknown[]) => this.#transcript.add(eventEntry(name, args)));
    this.socket.on('connect', () => {
      const { id: sid, recovered } = this.socket;
      this.#transcript.add({ kind: 'life', name: 'connect', data: { sid, recovered } });
    });
    this.socket.on('disconnect', (reason) => {
      this.#transcript.add({ kind: 'life', name: 'disconnect', data: { reason } });
    });
    this.socket.on('connect_error', (error: Error & { data?: unknown }) => {
      const { message, data } = error;
      this.#transcript.add({ kind: 'life', name: 'connect_error', data: { message, data } });
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
    return this.#patience(`the ack of ${action}; heard ${this.#transcript.summary}`, (resolve) => {
      // With the option `retries` an error, or null, comes before the reply.
      this.socket.emit(action, ...args, (...results: unknown[]) => {
        const reply = results.at(-1) as Reply;
        this.#transcript.add({ kind: 'ack', name: action, data: reply });
        resolve(reply);
      });
    });
  }

  /** Writes down what a promise of the library came to. */
  async outcome(name: string, promise: Promise<unknown>): Promise<void> {
    const data = await promise.catch((error: Error) => ({ rejected: error.message }));
    this.#transcript.add({ kind: 'ack', name, data });
  }

  /** Asks for something that is not to be in the transcript. */
  aside<Data>(action: string, data: object): Promise<Data> {
    return this.#patience(`the answer to ${action}; heard ${this.#transcript.summary}`, (resolve) => {
      this.socket.emit(action, data, resolve);
    });
  }

  /** Waits for the next entry of this name, with these fields, that no test has asked for yet. */
  async hears<Data>(name: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Data> {
    const matches = (heard: Heard) => heard.name === name && has(heard.data, fields);
    const { data } = await this.#transcript.next(`${name} ${JSON.stringify(fields)}`, matches);
    return data as Data;
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
}

/**
 * An event as it came. A recovery offset is one more string behind the data: what it says is the server's business,
 * so only its type is kept.
 */
function eventEntry(name: string, args: readonly unknown[]): Heard {
  const [data, offset, ...more] = args;
  if (args.length < 2) return { kind: 'event', name, data };
  if (typeof offset !== 'string' || more.length > 0) return { kind: 'event', name, data: args };
  return name === 'newMessage'
    ? { kind: 'event', name, data, offset: 'string' }
    : { kind: 'event', name, data };
}

function has(data: unknown, fields: Readonly<Record<string, unknown>>): boolean {
  const object = Object(data) as Record<string, unknown>;
  return Object.entries(fields).every(([key, value]) => isDeepStrictEqual(object[key], value));
}
