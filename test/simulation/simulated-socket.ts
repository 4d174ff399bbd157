import { EventEmitter } from 'node:events';
import type { Gateway, Listener } from './gateway.ts';

/** A WebSocket of a client, as the package `ws` has it, to the simulated API Gateway. It opens by itself. */
export class SimulatedSocket extends EventEmitter implements Listener {
  readonly OPEN = 1;
  readonly CLOSED = 3;
  readyState: 0 | 1 | 2 | 3 = 0;
  readonly name: string;
  connectionId = '';
  /** As browsers have it, and Socket.IO's library. */
  onopen = () => {};
  onmessage: (message: { data: string }) => void = () => {};
  onclose: (closed: { code: number }) => void = () => {};
  onerror: (error: Error) => void = () => {};
  readonly #gateway: Gateway;

  constructor(name: string, gateway: Gateway, query: Record<string, string>) {
    super();
    this.name = name;
    this.#gateway = gateway;
    void gateway.connect(this, query);
  }

  send(data: string): void {
    void this.#gateway.receive(this.connectionId, data);
  }

  close(): void {
    if (this.readyState === 0) this.readyState = 2;
    else this.#end();
  }

  terminate(): void {
    this.close();
  }

  opened(connectionId: string): void {
    this.connectionId = connectionId;
    const isClosing = this.readyState === 2;
    if (isClosing) this.#end();
    if (isClosing) return;
    this.readyState = 1;
    this.emit('open');
    this.onopen();
  }

  refused(): void {
    this.readyState = 3;
    const error = new Error('The handshake was refused');
    if (this.listenerCount('error') > 0) this.emit('error', error);
    this.onerror(error);
  }

  frame(text: string): void {
    this.emit('message', text);
    this.onmessage({ data: text });
  }

  closed(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit('close', 1000);
    this.onclose({ code: 1000 });
  }

  #end(): void {
    this.#gateway.hangUp(this.connectionId, false);
    this.closed();
  }
}
