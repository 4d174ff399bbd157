import type { Message } from '../shared/protocol/entities.ts';
import { fault } from './chat-error.ts';
import { emptyRoom } from './empty-room.ts';
import { pathOf } from './events.ts';
import { createHistory } from './history.ts';
import type { Http } from './http.ts';
import type { Identity } from './identity.ts';
import type { RoomParts } from './incoming.ts';
import type { Page } from './log.ts';
import { createModeration } from './moderation.ts';
import { createMuting } from './muting.ts';
import { createOutbox } from './outbox.ts';
import { createOwnTyping, createTaps, createTypists } from './presence.ts';
import type { Requests } from './requests.ts';
import { createSession, type Session } from './session.ts';
import { createStore } from './store.ts';
import { LEAVE_MS } from './timing.ts';
import type { ChatOptions, Closed, JoinOptions, Room, SentMessage } from './types.ts';

export interface RoomContext extends Pick<ChatOptions, 'url' | 'token' | 'onFrame'> {
  WebSocket: typeof WebSocket;
  http: Http;
  identity: Identity;
  getToken(): Promise<string | undefined>;
}

export interface OwnRoom extends Room {
  /** False: what was asked for was refused before, and this is something else. */
  as: Session['as'];
}

/** One event, as one connection after the other sees it. */
export function createRoom(context: RoomContext, eventId: string, options: JoinOptions | undefined): OwnRoom {
  const { http } = context;
  const store = createStore(emptyRoom);
  let isOver = false;
  let left: Promise<void> | undefined;
  let resolveClosed: (closed: Closed) => void;
  const closed = new Promise<Closed>((resolve) => {
    resolveClosed = resolve;
  });

  const finish: RoomParts['finish'] = (status, error, expiresAt) => {
    if (isOver) return;
    isOver = true;
    store.batch(() => {
      ownTyping.stop();
      typists.clear();
      mute();
      store.set({ status, error: error.details });
      outbox.failAll(error);
      session.end(error);
    });
    if (status !== 'left') session.close();
    resolveClosed({ status, reason: error.details.reason, expiresAt });
  };

  const showMessages = () =>
    store.set({ messages: [...history.messages, ...outbox.shown()], hasOlder: history.hasOlder });
  const take = (messages: readonly Message[]): SentMessage[] =>
    messages
      // No others are sent.
      .filter(({ seq }) => seq > 0)
      .map((message) => ({ ...message, state: 'sent', key: outbox.confirm(message) ?? message.id }));
  /** Over the connection if there is one; over HTTP the log can be read without. */
  const getPage = async (query: object): Promise<Page> => {
    try {
      return await session.requests.ask('getHistory', query, true);
    } catch {
      return http(`${pathOf(eventId)}/messages`, { query, isPublic: true });
    }
  };
  /** What the server will put there. */
  const quote = (seq: number): Message['replyTo'] => {
    const { participant, text } = history.messages.find((one) => one.seq === seq) ?? {
      participant: { id: '', username: '' },
      text: '',
    };
    return { seq, participant, text: text.slice(0, 100) };
  };
  const history = createHistory({ getPage, take, changed: showMessages });
  const typists = createTypists((typing) => store.set({ typing }));
  /** What is not acknowledged. Whoever watches has nothing to say. */
  const tell: Requests['tell'] = (action, data) => {
    if (!session.watches()) session.requests.tell(action, data);
  };
  const ownTyping = createOwnTyping((isTyping) => tell('typing', { isTyping }));
  const mute = createMuting(store);
  const parts = { store, history, typists, mute, finish };
  const session = createSession(context, eventId, options, parts);
  const { requests } = session;
  const outbox = createOutbox({
    start: requests.start,
    me: () => store.state.me ?? { id: '', username: options?.username ?? '' },
    stored: (message) => store.batch(() => history.stored(message)),
    changed: showMessages,
  });

  return {
    eventId,
    closed,
    get snapshot() {
      return store.snapshot;
    },
    subscribe: store.subscribe,
    send(text, { replyTo, metadata } = {}) {
      ownTyping.stop();
      if (session.watches()) return Promise.reject(fault('NOT_JOINED'));
      return outbox.send({ text, metadata, replyTo: replyTo === undefined ? undefined : quote(replyTo) });
    },
    retry: outbox.retry,
    discard: outbox.discard,
    loadOlder: history.loadOlder,
    type: ownTyping.type,
    react: createTaps((reaction, count) => tell('react', { reaction, count })),
    leave() {
      left ??= (async () => {
        if (isOver) return;
        finish('left', fault('NOT_JOINED'));
        const goodbye = requests.ask('leaveEvent', {}, true).catch(() => {});
        await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, LEAVE_MS))]);
        session.close();
      })();
      return left;
    },
    moderate: createModeration(eventId, requests.ask, http, () => store.state.event),
    as: session.as,
  };
}
