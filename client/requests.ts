import type { Action } from '../shared/protocol/client-to-server.ts';
import type { ErrorData } from '../shared/protocol/errors.ts';
import type { Replies } from '../shared/protocol/replies.ts';
import { ChatError } from './chat-error.ts';
import { timing } from './timing.ts';

/** A request that the server itself fails this often is given up. */
const MOST_FAILURES = 5;

interface Request {
  frame: { action: Action; data: object; id: number };
  /** Belongs to this connection, and fails with it; any other waits for the room to be live and is repeated then. */
  isOnce: boolean;
  /** It waits for its answer. */
  isSent: boolean;
  failures: number;
  /** How often it had no answer. */
  silences: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
  done(data: never): void;
  failed(error: ChatError): void;
}

export interface Handle {
  cancel(): void;
}

type Callbacks<A extends Action> = { done(data: Replies[A]): void; failed(error: ChatError): void };

export interface Requests {
  /** Calls back as soon as the answer is there, in the order of the frames. */
  start<A extends Action>(action: A, data: object, callbacks: Callbacks<A>, isOnce?: boolean): Handle;
  ask<A extends Action>(action: A, data: object, isOnce?: boolean): Promise<Replies[A]>;
  /** An ack, or an error with an id. */
  answer(frame: { event: string; id: number; data: unknown }): void;
  /** API Gateway says that it failed, but not what. False: nothing was asked. */
  failOldest(): boolean;
  /** Pings; a connection that does not answer is dropped. */
  doubt(): void;
  /** The room is live: what has waited goes now. */
  ready(): void;
  /** The connection is lost. */
  lost(): void;
  failAll(error: ChatError): void;
}

interface RequestsOptions {
  send(frame: object): boolean;
  drop(): void;
  /** The server does not know us in the event any more. */
  rejoin(): void;
}

/** What was asked of the server over the connections of a room, until it is answered. */
export function createRequests({ send, drop, rejoin }: RequestsOptions): Requests {
  const open = new Map<number, Request>();
  let lastId = 0;
  let isReady = false;
  let ping: Handle | undefined;
  let afterPing: (() => void)[] = [];

  const transmit = (request: Request) => {
    rest(request);
    request.isSent = (request.isOnce || isReady) && send(request.frame);
    if (request.isSent) request.timer = setTimeout(() => unanswered(request), timing.answerMs);
  };

  const rest = (request: Request) => {
    clearTimeout(request.timer);
    request.timer = undefined;
    request.isSent = false;
  };

  const transmitLater = (request: Request, ms: number) => {
    rest(request);
    request.timer = setTimeout(() => transmit(request), ms);
  };

  const unanswered = (request: Request) => {
    request.silences += 1;
    // Twice nothing, though pings are answered: another connection may do better.
    if (request.silences > 1) return drop();
    doubt(() => transmit(request));
  };

  const doubt = (then = () => {}) => {
    afterPing.push(then);
    if (ping) return;
    const timer = setTimeout(drop, timing.pongMs);
    const end = (callbacks: readonly (() => void)[]) => {
      clearTimeout(timer);
      ping = undefined;
      afterPing = [];
      for (const callback of callbacks) callback();
    };
    ping = start('ping', {}, { done: () => end(afterPing), failed: () => end([]) }, true);
  };

  const failure = (request: Request, error: ErrorData) => {
    request.failures += 1;
    if (request.failures >= MOST_FAILURES) return finish(request, () => request.failed(new ChatError(error)));
    transmitLater(request, timing.retryMs * 2 ** request.failures);
  };

  const finish = (request: Request, tell: () => void) => {
    clearTimeout(request.timer);
    open.delete(request.frame.id);
    tell();
  };

  function start<A extends Action>(
    action: A,
    data: object,
    { done, failed }: Callbacks<A>,
    isOnce = false,
  ): Handle {
    lastId += 1;
    const frame = { action, data, id: lastId };
    const request: Request = { frame, isOnce, isSent: false, failures: 0, silences: 0, done, failed };
    open.set(lastId, request);
    transmit(request);
    return { cancel: () => finish(request, () => {}) };
  }

  return {
    start,
    ask: (action, data, isOnce) =>
      new Promise((done, failed) => {
        start(action, data, { done, failed }, isOnce);
      }),
    answer({ event, id, data }) {
      const request = open.get(id);
      if (!request) return;
      if (event === 'ack') return finish(request, () => request.done(data as never));
      const error = data as ErrorData;
      if (error.code === 'RATE_LIMITED') return transmitLater(request, error.retryAfterMs ?? 1_000);
      // The room sees to it that the next connection has another token.
      if (error.code === 'UNAUTHORIZED') return;
      if (error.code === 'NOT_JOINED' && !request.isOnce) {
        isReady = false;
        rest(request);
        return rejoin();
      }
      if (error.code === 'INTERNAL') return failure(request, error);
      finish(request, () => request.failed(new ChatError(error)));
    },
    failOldest() {
      const request = [...open.values()].find(({ isSent }) => isSent);
      if (request) failure(request, new ChatError({ code: 'INTERNAL' }).toData());
      return request !== undefined;
    },
    doubt: () => doubt(),
    ready() {
      isReady = true;
      for (const request of [...open.values()]) if (!request.isSent && !request.timer) transmit(request);
    },
    lost() {
      isReady = false;
      for (const request of [...open.values()]) {
        rest(request);
        request.silences = 0;
        if (request.isOnce) finish(request, () => request.failed(new ChatError({ code: 'INTERNAL' })));
      }
    },
    failAll(error) {
      for (const request of [...open.values()]) finish(request, () => request.failed(error));
    },
  };
}
