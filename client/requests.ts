import type { Action } from '../shared/protocol/client-to-server.ts';
import type { ErrorData } from '../shared/protocol/errors.ts';
import type { Replies } from '../shared/protocol/replies.ts';
import { ChatError, fault } from './chat-error.ts';
import { ANSWER_MS, BACKOFF_MAX_MS, MUTED_MS, PONG_MS, RETRY_MS } from './timing.ts';

/** A request that belongs to the connection and that the server itself fails this often is given up. */
const MOST_FAILURES = 5;

interface Request {
  frame: { action: Action; data: object; id: number };
  /** Belongs to this connection, and fails with it; any other waits for the room to be live and is repeated then. */
  isOnce: boolean;
  /** It waits for its answer. */
  isSent?: boolean;
  failures: number;
  /** It had no answer on this connection. */
  isOverdue?: boolean;
  timer?: ReturnType<typeof setTimeout> | undefined;
  done(data: never): void;
  failed(error: ChatError): void;
}

type Callbacks<A extends Action> = { done(data: Replies[A]): void; failed(error: ChatError): void };

export interface Requests {
  /** Calls back as soon as the answer is there, in the order of the frames. Returns what takes the request back. */
  start<A extends Action>(action: A, data: object, callbacks: Callbacks<A>, isOnce?: boolean): () => void;
  ask<A extends Action>(action: A, data: object, isOnce?: boolean): Promise<Replies[A]>;
  /** What nobody answers, and nobody misses. */
  tell(action: Action, data: object): void;
  /** An ack, or an error with an id. */
  answer(event: string, id: number, data: unknown): void;
  /** API Gateway says that it failed, but not what. False: nothing was asked. */
  failOldest(): boolean;
  /** Pings; a connection that does not answer is dropped. */
  doubt(): void;
  /** The room is live: what has waited goes now. */
  ready(): void;
  /** The connection is lost. */
  lost(): void;
  /** The room is over; only what belongs to the connection may still be asked. */
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
  let over: ChatError | undefined;
  let isPinging = false;

  const rest = (request: Request) => {
    clearTimeout(request.timer);
    request.timer = undefined;
    request.isSent = false;
  };
  const finish = (request: Request, error?: ChatError) => {
    rest(request);
    open.delete(request.frame.id);
    if (error) request.failed(error);
  };
  const transmit = (request: Request) => {
    rest(request);
    request.isSent = (request.isOnce || isReady) && send(request.frame);
    if (request.isSent) request.timer = setTimeout(unanswered, ANSWER_MS, request);
  };
  const transmitLater = (request: Request, ms: number) => {
    rest(request);
    request.timer = setTimeout(transmit, ms, request);
  };
  /** What waits for nothing else. */
  const resume = () => {
    for (const request of [...open.values()]) if (!request.timer) transmit(request);
  };
  const unanswered = (request: Request) => {
    rest(request);
    // Twice, though pings are answered: another connection may do better.
    if (request.isOverdue) return drop();
    request.isOverdue = true;
    doubt();
  };
  const doubt = () => {
    if (isPinging) return;
    isPinging = true;
    const timer = setTimeout(drop, PONG_MS);
    const end = (isAlive: boolean) => {
      clearTimeout(timer);
      isPinging = false;
      if (isAlive) resume();
    };
    start('ping', {}, { done: () => end(true), failed: () => end(false) }, true);
  };
  const failure = (request: Request, error: ChatError) => {
    request.failures += 1;
    if (request.isOnce && request.failures === MOST_FAILURES) return finish(request, error);
    // Those whom the same storm has hit do not come back all at once.
    const ms = Math.min(BACKOFF_MAX_MS, RETRY_MS * 2 ** request.failures);
    transmitLater(request, ms * (0.5 + Math.random() / 2));
  };

  function start<A extends Action>(action: A, data: object, callbacks: Callbacks<A>, isOnce = false) {
    lastId += 1;
    const request: Request = { frame: { action, data, id: lastId }, isOnce, failures: 0, ...callbacks };
    open.set(lastId, request);
    transmit(request);
    if (isOnce ? !request.isSent : over) finish(request, over ?? fault());
    return () => finish(request);
  }

  return {
    start,
    ask: (action, data, isOnce) =>
      new Promise((done, failed) => {
        start(action, data, { done, failed }, isOnce);
      }),
    tell(action, data) {
      if (isReady) send({ action, data });
    },
    answer(event, id, data) {
      const request = open.get(id);
      if (!request) return;
      if (event === 'ack') {
        finish(request);
        return request.done(data as never);
      }
      const error = new ChatError(data as ErrorData);
      const { code, details } = error;
      const { retryAfterMs = 1_000 } = details;
      const isShort = code === 'RATE_LIMITED' || (code === 'MUTED' && retryAfterMs < MUTED_MS);
      if (isShort) transmitLater(request, retryAfterMs);
      else if (code === 'INTERNAL') failure(request, error);
      else if (code === 'NOT_JOINED' && !request.isOnce) {
        isReady = false;
        rest(request);
        rejoin();
      } else finish(request, error);
    },
    failOldest() {
      const request = [...open.values()].find(({ isSent }) => isSent);
      if (request) failure(request, fault());
      return request !== undefined;
    },
    doubt,
    ready() {
      isReady = true;
      resume();
    },
    lost() {
      isReady = false;
      for (const request of [...open.values()]) {
        rest(request);
        request.isOverdue = false;
        if (request.isOnce) finish(request, fault());
      }
    },
    failAll(error) {
      over = error;
      isReady = false;
      for (const request of [...open.values()]) finish(request, error);
    },
  };
}
