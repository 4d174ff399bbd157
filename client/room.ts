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
import { createOutbox } from './outbox.ts';
import { createOwnTyping, createTypists } from './presence.ts';
import { createSession, type Session } from './session.ts';
import { createStore } from './store.ts';
import { LEAVE_MS } from './timing.ts';
import type { ChatOptions, Closed, Room, SentMessage } from './types.ts';

export interface RoomContext extends Pick<ChatOptions, 'url' | 'token' | 'onFrame'> {
  WebSocket: typeof WebSocket;
  http: Http;
  identity: Identity;
  getToken(): Promise<string | undefined>;
}

export interface OwnRoom extends Room {
  rename: Session['rename'];
}

/** One event, as one connection after the other sees it. */
export function createRoom(context: RoomContext, eventId: string, name: string | undefined): OwnRoom {
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
  const history = createHistory({ getPage, take, changed: showMessages });
  const typists = createTypists((typing) => store.set({ typing }));
  const ownTyping = createOwnTyping((isTyping) => session.requests.tell('typing', { isTyping }));
  const parts = { store, history, typists, finish };
  const session = createSession(context, eventId, name, parts);
  const { requests } = session;
  const outbox = createOutbox({
    start: requests.start,
    me: () => store.state.me ?? { id: '', username: name ?? '' },
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
    send(text) {
      ownTyping.stop();
      return outbox.send(text);
    },
    retry: ({ clientMessageId }) => outbox.retry(clientMessageId),
    discard: ({ clientMessageId }) => outbox.discard(clientMessageId),
    loadOlder: history.loadOlder,
    type: ownTyping.type,
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
    rename: session.rename,
  };
}
