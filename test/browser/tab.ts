import type { JSHandle, Page } from 'playwright-core';
import type { io, ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { Transcript } from '../support/transcript.ts';

export type ClientOptions = Partial<ManagerOptions & SocketOptions>;
export type Reply<Data = object> = ({ ok: true } & Data) | { ok: false; error: ErrorData };

const ANSWER_MS = 20_000;

/** What a tab listens to, besides `connect`, `disconnect` and `connect_error`. */
const names: readonly (keyof ServerToClient | 'batch')[] = [
  'eventHistory',
  'eventEnded',
  'newMessage',
  'userJoined',
  'userLeft',
  'userTyping',
  'activeEvents',
  'error',
  'batch',
];

interface Heard {
  event: string;
  args: readonly unknown[];
}

/** What the socket in a page is heard by. */
const listeners = new WeakMap<Page, Transcript<Heard>>();

async function listenTo(page: Page, transcript: Transcript<Heard>): Promise<void> {
  const isNew = !listeners.has(page);
  listeners.set(page, transcript);
  if (!isNew) return;
  const add = (event: string, ...args: unknown[]) => listeners.get(page)?.add({ event, args });
  page.on('pageerror', (error) => add(`the page threw ${error.message}`));
  await page.exposeFunction('heard', add);
}

/** One browser tab with one socket. Functions given to `evaluate` run in the page and see nothing of this module. */
export class Tab {
  readonly page: Page;
  readonly socket: JSHandle<Socket>;
  readonly transcript: Transcript<Heard>;

  private constructor(page: Page, socket: JSHandle<Socket>, transcript: Transcript<Heard>) {
    this.page = page;
    this.socket = socket;
    this.transcript = transcript;
  }

  /** Loads a site into a page and calls `io` in it; what comes of that is in the transcript. */
  static async open(
    page: Page,
    { pageUrl, chatUrl, options }: { pageUrl: string; chatUrl: string; options: ClientOptions },
  ): Promise<Tab> {
    const transcript = new Transcript<Heard>(({ event }) => event);
    await listenTo(page, transcript);
    await page.goto(pageUrl);
    const socket = await page.evaluateHandle(openSocket, { chatUrl, options, names });
    return new Tab(page, socket, transcript);
  }

  /** Sends with a callback, and waits for its one argument. */
  emit<Data = object>(event: string, data: unknown): Promise<Reply<Data>> {
    return this.socket.evaluate(
      (socket, [name, payload, ms]) =>
        new Promise<Reply<Data>>((resolve, reject) => {
          socket
            .timeout(ms)
            .emit(name, payload, (error: Error | null, reply: Reply<Data>) =>
              error ? reject(error) : resolve(reply),
            );
        }),
      [event, data, ANSWER_MS] as const,
    );
  }

  /** The same with `emitWithAck`. */
  emitWithAck<Data = object>(event: string, data: unknown): Promise<Reply<Data>> {
    return this.socket.evaluate(
      (socket, [name, payload, ms]): Promise<Reply<Data>> => socket.timeout(ms).emitWithAck(name, payload),
      [event, data, ANSWER_MS] as const,
    );
  }

  /** The arguments of the next event of this name. */
  async args(name: string): Promise<readonly unknown[]> {
    return (await this.transcript.next(name, ({ event }) => event === name)).args;
  }

  /** The data of the next event of this name; what follows the data, such as an offset, is left out. */
  async next<Name extends keyof ServerToClient>(name: Name): Promise<ServerToClient[Name]> {
    const [data] = await this.args(name);
    return data as ServerToClient[Name];
  }

  /** All messages so far, as they came. */
  messages(): ServerToClient['newMessage'][] {
    return this.transcript.entries
      .filter(({ event }) => event === 'newMessage')
      .map(({ args }) => args[0] as ServerToClient['newMessage']);
  }
}

/** Runs in the page. */
function openSocket(given: { chatUrl: string; options: ClientOptions; names: readonly string[] }): Socket {
  const page = globalThis as unknown as {
    io: typeof io;
    heard: (event: string, ...args: unknown[]) => void;
  };
  const socket: Socket = page.io(given.chatUrl, given.options);
  socket.on('connect', () => page.heard('connect', { id: socket.id, recovered: socket.recovered }));
  socket.on('disconnect', (reason) => page.heard('disconnect', reason));
  socket.on('connect_error', (error) => page.heard('connect_error', error.message));
  for (const name of given.names) socket.on(name, (...args: unknown[]) => page.heard(name, ...args));
  // The line that spreads batches, as the contract gives it.
  // biome-ignore format: one line
  // biome-ignore lint/suspicious/useIterableCallbackReturn: one line
  socket.on('batch', (b: [string, ...unknown[]][]) => b.forEach(([e, ...a]) => socket.listeners(e).forEach((f) => f(...a))));
  return socket;
}
