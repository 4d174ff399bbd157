import WebSocket from 'ws';
import type { Address, Answer, Link, LinkUser, Page } from './link.ts';

/** The longest wait before the first new attempt; each further one doubles it, with full jitter. */
const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 30_000;
const CONNECT_MS = 10_000;

interface Frame {
  event?: string;
  id?: number;
  message?: string;
  data?: unknown;
}

/** What a window sends, it sends to all: the last text was read already, and nobody changes what is in it. */
let last: { text: string; frames: readonly Frame[] } = { text: '', frames: [] };
function framesIn(text: string): readonly Frame[] {
  if (text !== last.text) last = { text, frames: [JSON.parse(text)].flat() };
  return last.frames;
}

/** The JSON wire, as docs/protocol.md has it. */
export function jsonLink({ url, token }: Address, user: LinkUser): Link {
  const answers = new Map<number, (answer: Answer) => void>();
  let socket: WebSocket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let lastId = 0;
  let isClosed = false;

  const take = ({ event, id, data, message }: Frame) => {
    const answered = id !== undefined && answers.get(id);
    if (answered) {
      answers.delete(id);
      if (event === 'ack') return answered({ ok: true, data });
      return answered({ ok: false, data, error: data as NonNullable<Answer['error']> });
    }
    if (event === 'newMessage') user.onMessage(data as never);
    else if (event === 'eventHistory') user.onHistory(data as Page);
    else if (event === 'error') user.onError((data as { code: string }).code);
    // API Gateway's own: a function was throttled, or has failed.
    else if (event === undefined && message) user.onError(message);
  };

  const open = () => {
    let isOpen = false;
    user.onAttempt();
    const mine = new WebSocket(url, token === undefined ? [] : ['live-event-chat', token], {
      ...{ handshakeTimeout: CONNECT_MS, perMessageDeflate: false },
    });
    socket = mine;
    mine.on('open', () => {
      isOpen = true;
      user.onOpen(false);
    });
    mine.on('message', (data) => {
      for (const frame of framesIn(String(data))) take(frame);
    });
    // The close follows.
    mine.on('error', (error) => {
      if (isOpen || isClosed) return;
      user.onFailed(error.message);
      if (/response: 40\d/.test(error.message)) user.onRefused(error.message);
    });
    mine.on('close', () => {
      answers.clear();
      if (isClosed) return;
      if (isOpen) user.onLost();
      timer = setTimeout(open, Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** failures));
      failures += 1;
    });
  };
  open();

  return {
    ask(action, data, answered) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      lastId += 1;
      // An answer shows that the connection is good.
      answers.set(lastId, (answer) => {
        if (answer.ok) failures = 0;
        answered(answer);
      });
      socket.send(JSON.stringify({ action, data, id: lastId }));
      return true;
    },
    cut: () => socket?.terminate(),
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
