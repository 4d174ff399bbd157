import { BACKOFF_MAX_MS, BACKOFF_MS, CONNECT_MS, DOUBT_MS, IDLE_MS } from './timing.ts';

export interface Connection {
  /** False: there is none, so the frame was not sent. */
  send(frame: object): boolean;
  /** Ends this socket and connects again after a while. */
  drop(): void;
  /** The connection has proved good: the next attempt need not wait long. */
  proved(): void;
  close(): void;
}

export interface ConnectionOptions {
  url: string;
  WebSocket: typeof WebSocket;
  /** Rejects: tried again later. */
  token(): Promise<string | undefined>;
  onOpen(): void;
  /** One or more at once. What is no JSON is left out. */
  onFrames(frames: unknown[]): void;
  /** `wasOpen`: else it is a handshake that has failed. */
  onClose(wasOpen: boolean): void;
  /** The connection may have died without a word, or be about to be closed as idle. */
  onDoubt(): void;
  /** Sees what is sent and what comes. */
  onContent(direction: 'in' | 'out', content: unknown): void;
}

/** A WebSocket that comes back: with full jitter, after at most 0.5 s, 1 s, 2 s … 30 s. */
export function connect(options: ConnectionOptions): Connection {
  let socket: WebSocket | undefined;
  /** Counts, so that an attempt knows when it was given up. */
  let attempt = 0;
  let isOpen = false;
  let failures = 0;
  let heardAt = 0;
  let timer: ReturnType<typeof setTimeout>;
  let idleTimer: ReturnType<typeof setTimeout>;

  const touch = () => {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(options.onDoubt, IDLE_MS);
  };
  const forget = () => {
    clearTimeout(timer);
    clearTimeout(idleTimer);
    const old = socket;
    attempt += 1;
    socket = undefined;
    isOpen = false;
    old?.close();
  };
  const drop = () => {
    const wasOpen = isOpen;
    forget();
    timer = setTimeout(open, Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** failures));
    failures += 1;
    options.onClose(wasOpen);
  };
  const open = async () => {
    forget();
    const mine = attempt;
    const ifMine =
      <T>(act: (value: T) => void) =>
      (value: T) => {
        if (attempt === mine) act(value);
      };
    timer = setTimeout(drop, CONNECT_MS);
    try {
      const token = await options.token();
      if (attempt !== mine) return;
      socket = new options.WebSocket(options.url, token === undefined ? [] : ['live-event-chat', token]);
      socket.onopen = ifMine(() => {
        clearTimeout(timer);
        isOpen = true;
        touch();
        options.onOpen();
      });
      socket.onmessage = ifMine(({ data }) => take(`${data}`));
      socket.onclose = ifMine(drop);
      // The close follows.
      socket.onerror = () => {};
    } catch {
      if (attempt === mine) drop();
    }
  };
  const take = (text: string) => {
    heardAt = Date.now();
    touch();
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      return;
    }
    options.onContent('in', content);
    options.onFrames([content].flat());
  };
  const wake = () => {
    if (globalThis.document?.hidden) return;
    if (isOpen) return Date.now() - heardAt > DOUBT_MS && options.onDoubt();
    failures = 0;
    void open();
  };

  // In workers there is no document, in Node neither.
  const { document, addEventListener: listen } = globalThis as Partial<typeof globalThis>;
  const closing = new AbortController();
  const { signal } = closing;
  listen?.('online', wake, { signal });
  listen?.('offline', () => isOpen && drop(), { signal });
  document?.addEventListener('visibilitychange', wake, { signal });

  void open();
  return {
    send(frame) {
      if (isOpen) {
        socket?.send(JSON.stringify(frame));
        touch();
        options.onContent('out', frame);
      }
      return isOpen;
    },
    drop,
    proved() {
      failures = 0;
    },
    close() {
      closing.abort();
      forget();
    },
  };
}
