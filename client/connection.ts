import { timing } from './timing.ts';

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
  onText(text: string): void;
  /** `wasOpen`: else it is a handshake that has failed. */
  onClose(wasOpen: boolean): void;
  /** The connection may have died without a word. */
  onDoubt(): void;
}

/** A WebSocket that comes back: with full jitter, after at most 0.5 s, 1 s, 2 s … 30 s. */
export function connect(options: ConnectionOptions): Connection {
  const { url, WebSocket: Socket, onOpen, onText, onClose, onDoubt } = options;
  let socket: WebSocket | undefined;
  let isOpen = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout>;

  const forget = () => {
    clearTimeout(timer);
    const old = socket;
    socket = undefined;
    isOpen = false;
    try {
      old?.close();
    } catch {}
  };

  const drop = () => {
    const wasOpen = isOpen;
    forget();
    attempt = undefined;
    const longest = Math.min(timing.backoffMaxMs, timing.backoffMs * 2 ** attempts);
    attempts += 1;
    timer = setTimeout(open, Math.random() * longest);
    onClose(wasOpen);
  };

  /** Tells this attempt from those that were given up. */
  let attempt: object | undefined;

  const open = async () => {
    forget();
    const mine = {};
    attempt = mine;
    timer = setTimeout(drop, timing.connectMs);
    try {
      const token = await options.token();
      if (attempt !== mine) return;
      const next = new Socket(url, token === undefined ? [] : ['live-event-chat', token]);
      socket = next;
      next.onopen = () => {
        if (socket !== next) return;
        clearTimeout(timer);
        isOpen = true;
        onOpen();
      };
      next.onmessage = ({ data }) => {
        if (socket === next) onText(String(data));
      };
      next.onclose = () => {
        if (socket === next) drop();
      };
      // What follows is the close.
      next.onerror = () => {};
    } catch {
      if (attempt === mine) drop();
    }
  };

  const wake = () => {
    if (isOpen) return onDoubt();
    attempts = 0;
    void open();
  };
  const seen = () => {
    if (!globalThis.document?.hidden) wake();
  };
  const offline = () => {
    if (isOpen) drop();
  };
  const page = globalThis as Partial<Pick<Window, 'addEventListener' | 'removeEventListener' | 'document'>>;
  page.addEventListener?.('online', wake);
  page.addEventListener?.('offline', offline);
  page.document?.addEventListener('visibilitychange', seen);

  void open();
  return {
    send(frame) {
      if (!isOpen) return false;
      socket?.send(JSON.stringify(frame));
      return true;
    },
    drop,
    proved() {
      attempts = 0;
    },
    close() {
      page.removeEventListener?.('online', wake);
      page.removeEventListener?.('offline', offline);
      page.document?.removeEventListener('visibilitychange', seen);
      attempt = undefined;
      forget();
    },
  };
}
