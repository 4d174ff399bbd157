import type { WebSocket } from 'ws';
import type { Stage, WebSocketApi } from '../model.ts';
import type { Closing } from './disconnect-event.ts';
import type { AuthorizerContext, ConnectionFacts } from './request-context.ts';

/** One open WebSocket connection, from its 101 on. */
export class Connection {
  readonly facts: ConnectionFacts;
  readonly authorizer: AuthorizerContext | undefined;
  readonly api: WebSocketApi;
  readonly stage: Stage;
  /** Milliseconds since the epoch of the last message in either direction. */
  lastActiveAt: number;
  /** Set once API Gateway closes the connection: then this, not the client's answer, is how it ended. */
  closedByGateway: Closing | undefined;
  readonly #socket: WebSocket;

  constructor(
    socket: WebSocket,
    given: {
      facts: ConnectionFacts;
      authorizer: AuthorizerContext | undefined;
      api: WebSocketApi;
      stage: Stage;
      nowMs: number;
    },
  ) {
    this.#socket = socket;
    this.facts = given.facts;
    this.authorizer = given.authorizer;
    this.api = given.api;
    this.stage = given.stage;
    this.lastActiveAt = given.nowMs;
  }

  get id(): string {
    return this.facts.connectionId;
  }

  get isOpen(): boolean {
    return this.closedByGateway === undefined && this.#socket.readyState === this.#socket.OPEN;
  }

  /** Bytes that the client has not yet taken. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Sends one text frame, whatever the bytes are. To a connection that is no longer open it does nothing. */
  send(text: string | Buffer, nowMs: number): void {
    if (!this.isOpen) return;
    this.lastActiveAt = nowMs;
    this.#socket.send(text, { binary: false });
  }

  /** Closes the connection; it is gone at once, whether or not the client answers the close frame. */
  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.closedByGateway = { code, reason };
    this.#socket.close(code, reason);
  }

  /** Cuts the connection without a close frame. */
  cut(): void {
    this.#socket.terminate();
  }
}
