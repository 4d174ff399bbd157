import type { Event, Message } from '../../shared/protocol/entities.ts';
import { type Heard, type Options, SocketClient } from '../support/socket-client.ts';
import type { Transcripts } from './transcript.ts';

/** A server to play scenarios on. */
export interface Target {
  /** `http://localhost:PORT`, the address that the clients of the old server have. */
  origin: string;
  /** `http://localhost:PORT/api/events` */
  eventsUrl: string;
}

export type Scenario = (stage: Stage) => Promise<void>;

/** What a scenario works with. Its functions need no `this`. */
export class Stage {
  readonly #target: Target;
  readonly #clients = new Map<string, SocketClient>();
  readonly #operator: Heard[] = [];
  readonly #events = new Set<string>();

  constructor(target: Target) {
    this.#target = target;
  }

  /** Lets a client connect; `namespace` such as `/other`. */
  client = (name: string, options: Options = {}, namespace = ''): SocketClient => {
    const client = new SocketClient(`${this.#target.origin}${namespace}`, options);
    this.#clients.set(name, client);
    return client;
  };

  /** Lets a client connect and join, under its name unless `more` says another. */
  enter = async (
    name: string,
    eventId: string,
    more: object = {},
    options: Options = {},
  ): Promise<SocketClient> => {
    const client = this.client(name, options);
    await client.hears('connect');
    await client.ask('joinEvent', { eventId, username: name, ...more });
    await client.hears('eventHistory');
    return client;
  };

  createEvent = async (name = 'A match'): Promise<string> => {
    const { id } = await this.#operate('POST', '', { name });
    this.#events.add(id);
    return id;
  };

  endEvent = async (eventId: string): Promise<void> => {
    await this.#operate('PATCH', `/${eventId}`, { status: 'ended' });
  };

  get ownEvents(): ReadonlySet<string> {
    return this.#events;
  }

  /** What nobody waited for has arrived too, as far as the server sends in order: the answers to pings come last. */
  async settle(): Promise<void> {
    const connected = [...this.#clients.values()].filter(({ socket }) => socket.connected);
    await Promise.all(connected.map((client) => client.aside('ping', {})));
  }

  transcripts(): Transcripts {
    const heard = [...this.#clients].map(([name, { entries }]) => [name, [...entries]] as const);
    return { ...Object.fromEntries(heard), operator: this.#operator };
  }

  close(): void {
    for (const { socket } of this.#clients.values()) socket.disconnect();
  }

  async #operate(method: string, path: string, body: object): Promise<Event> {
    const response = await fetch(`${this.#target.eventsUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const event = (await response.json()) as Event;
    this.#operator.push({ kind: 'ack', name: method, data: event });
    return event;
  }
}

/** Somebody says something, and everybody named hears it. */
export async function say(
  speaker: SocketClient,
  text: string,
  ...others: SocketClient[]
): Promise<Message | undefined> {
  const { message } = await speaker.ask('sendMessage', { text });
  for (const listener of [speaker, ...others]) await listener.hears('newMessage', { text });
  return message;
}
