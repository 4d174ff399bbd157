import type { EventEmitter } from 'node:events';
import WebSocket from 'ws';
import type { Message } from '../../shared/protocol/entities.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import type { ServerEvent, ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { type Patience, Transcript, withPatience } from './transcript.ts';

type EventName = keyof ServerToClient;
interface Answer {
  event: 'ack' | 'error';
  id: number;
  data: unknown;
}

/** A request that was refused; tests look at `code` and `data`. */
export class Refused extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    super(`${data.code}: ${data.message} ${JSON.stringify(data.issues ?? [])}`);
    this.data = data;
  }

  get code(): string {
    return this.data.code;
  }
}

/** What a client needs of its socket. */
export type ClientSocket = Pick<
  WebSocket,
  'readyState' | 'OPEN' | 'CLOSED' | 'send' | 'close' | 'terminate'
> &
  Pick<EventEmitter, 'on' | 'once'>;

/** Rejects if the handshake fails. */
export async function opened(socket: ClientSocket, patience: Patience): Promise<void> {
  const error = await patience<Error | undefined>('the handshake', (resolve) => {
    socket.once('open', () => resolve(undefined));
    socket.once('error', resolve);
  });
  if (error) throw error;
}

/**
 * A client on the JSON wire for transcripts: requests are answered by id, everything else waits in a queue until a test
 * asks for it.
 */
export class ChatClient {
  /** Every frame as it came. */
  readonly frames: string[] = [];
  readonly socket: ClientSocket;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #patience: Patience;
  readonly #transcript: Transcript<ServerEvent>;
  #lastId = 0;

  private constructor(socket: ClientSocket, patience: Patience) {
    this.socket = socket;
    this.#patience = patience;
    this.#transcript = new Transcript(({ event }) => event, patience);
    socket.on('message', (data) => this.#take(String(data)));
  }

  static connect(url: string): Promise<ChatClient> {
    return ChatClient.over(new WebSocket(url));
  }

  /** On a socket that is about to open. */
  static async over(socket: ClientSocket, patience: Patience = withPatience): Promise<ChatClient> {
    const client = new ChatClient(socket, patience);
    await opened(socket, patience);
    return client;
  }

  /** Sends text as it is. */
  sendText(text: string): void {
    this.socket.send(text);
  }

  /** Sends a frame without an id: silence is success. */
  emit(action: string, data?: unknown): void {
    this.sendText(JSON.stringify({ action, data }));
  }

  /** Sends a frame with an id and waits for its answer. Rejects with `Refused`. */
  async request<Data = object>(action: string, data?: unknown): Promise<Data> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = await this.#patience<Answer>(`the answer to ${action}`, (resolve) => {
      this.#answers.set(id, resolve);
      this.sendText(JSON.stringify({ action, data, id }));
    });
    if (answer.event === 'error') throw new Refused(answer.data as ErrorData);
    return answer.data as Data;
  }

  join(
    eventId: string,
    username: string,
    more: { after?: number; participantToken?: string | undefined } = {},
  ): Promise<Replies['joinEvent']> {
    return this.request<Replies['joinEvent']>('joinEvent', { eventId, username, ...more });
  }

  /** Sends one message; waits and tries again while it is refused as too fast. */
  async say(text: string, clientMessageId?: string): Promise<Message> {
    for (;;) {
      try {
        return (await this.request<Replies['sendMessage']>('sendMessage', { text, clientMessageId })).message;
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'RATE_LIMITED') throw error;
        const wait = error.data.retryAfterMs;
        await this.#patience('the rate', (resolve) => setTimeout(() => resolve(undefined), wait));
      }
    }
  }

  /** Every event that came, in order, acks and answered errors left out. */
  get received(): readonly ServerEvent[] {
    return this.#transcript.entries;
  }

  /** The next event of this name that nobody has asked for yet; those before it stay in the queue. */
  async next<Name extends EventName>(name: Name): Promise<ServerToClient[Name]> {
    const { data } = await this.#transcript.next(name, ({ event }) => event === name);
    return data as ServerToClient[Name];
  }

  /** Waits until `condition` holds for what was received so far. */
  until(what: string, condition: (received: readonly ServerEvent[]) => boolean): Promise<void> {
    return this.#transcript.until(what, condition);
  }

  /** All events of one name so far. */
  all<Name extends EventName>(name: Name): ServerToClient[Name][] {
    return this.received.filter((e) => e.event === name).map((e) => e.data as ServerToClient[Name]);
  }

  /**
   * Everything that was sent to this client before this call has arrived when it resolves, as far as the server posts in
   * order: a ping comes back last.
   */
  async settle(): Promise<void> {
    await this.request('ping');
  }

  async close(): Promise<number> {
    if (this.socket.readyState === WebSocket.CLOSED) return 1005;
    const closed = new Promise<number>((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    return closed;
  }

  /** Ends the TCP connection without a word. */
  vanish(): void {
    this.socket.terminate();
  }

  #take(text: string): void {
    this.frames.push(text);
    const frame = JSON.parse(text) as ServerEvent | Answer | (ServerEvent | Answer)[];
    for (const item of Array.isArray(frame) ? frame : [frame]) {
      const answered = 'id' in item && this.#answers.get(item.id);
      if (answered) answered(item);
      else this.#transcript.add(item as ServerEvent);
    }
  }
}
