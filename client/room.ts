import type { Message, Participant } from '../shared/protocol/entities.ts';
import type { ErrorData } from '../shared/protocol/errors.ts';
import type { ServerToClient } from '../shared/protocol/server-to-client.ts';
import { ChatError } from './chat-error.ts';
import { connect } from './connection.ts';
import { pathOf } from './events.ts';
import { createHistory } from './history.ts';
import type { Http } from './http.ts';
import type { Identity } from './identity.ts';
import type { Page } from './log.ts';
import { createModeration } from './moderation.ts';
import { createOutbox } from './outbox.ts';
import { createOwnTyping, createTypists, withJoined, withLeft } from './presence.ts';
import { createRequests } from './requests.ts';
import { createStore } from './store.ts';
import { timing } from './timing.ts';
import type { ChatOptions, Closed, Frame, JoinOptions, Room, RoomSnapshot, SentMessage } from './types.ts';

export interface RoomContext {
  url: string;
  WebSocket: typeof WebSocket;
  http: Http;
  identity: Identity;
  getToken(): Promise<string | undefined>;
  token: ChatOptions['token'];
  onFrame: ((frame: Frame) => void) | undefined;
}

export interface OwnRoom extends Room {
  /** What the others are to see. */
  readonly username: string | undefined;
  rename(username: string | undefined): void;
}

/** Tokens that a function has got, refused in a row: then no other will do. */
const MOST_REFUSALS = 5;

const isMessage = (message: Message | undefined): message is Message =>
  Number.isSafeInteger(message?.seq) &&
  typeof message?.text === 'string' &&
  typeof message.participant?.id === 'string';

/** One event, as one connection after the other sees it. */
export function createRoom(context: RoomContext, eventId: string, options: JoinOptions): OwnRoom {
  const { http, identity, token } = context;
  const path = pathOf(eventId);
  const store = createStore<RoomSnapshot>({
    status: 'connecting',
    can: { send: false, moderate: false, operate: false },
    messages: [],
    participants: [],
    participantCount: 0,
    typing: [],
    hasOlder: false,
  });
  let username = options.username;
  let isConnected = false;
  let isOver = false;
  let refusals = 0;
  /** The join that counts, until its history is there. */
  let joining: { after: number | undefined; end: number } | undefined;
  let isMinting = false;
  let heardAt = 0;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;
  let historyTimer: ReturnType<typeof setTimeout> | undefined;
  let left: Promise<void> | undefined;
  let resolveClosed: (closed: Closed) => void;
  const closed = new Promise<Closed>((resolve) => {
    resolveClosed = resolve;
  });

  const touch = () => {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => requests.doubt(), timing.idleMs);
  };
  const post = (frame: object) => {
    if (!connection.send(frame)) return false;
    touch();
    context.onFrame?.({ direction: 'out', eventId, content: frame });
    return true;
  };

  const requests = createRequests({ send: post, drop: () => connection.drop(), rejoin: () => void join() });
  const outbox = createOutbox({
    start: requests.start,
    me: () => ({ id: me()?.id ?? '', username: me()?.username ?? username ?? '' }),
    stored: (message) => store.batch(() => history.stored(message)),
    changed: () => showMessages(),
  });
  const history = createHistory({ getPage, take, changed: () => showMessages() });
  const typists = createTypists((typing) => store.set({ typing }));
  const ownTyping = createOwnTyping((isTyping) => {
    if (store.snapshot.status === 'live') post({ action: 'typing', data: { isTyping } });
  });
  const me = () => store.snapshot.me;

  function take(messages: readonly Message[]): SentMessage[] {
    return messages
      .filter(isMessage)
      .map((message) => ({ ...message, state: 'sent', key: outbox.confirm(message) ?? message.id }));
  }
  function showMessages() {
    store.set({ messages: [...history.messages, ...outbox.shown()], hasOlder: history.hasOlder });
  }
  /** Over the connection if there is one; over HTTP the log can be read without. */
  async function getPage(query: object): Promise<Page> {
    if (isConnected && !isOver) {
      try {
        return await requests.ask('getHistory', query, true);
      } catch {}
    }
    return http(`${path}/messages`, { query, isPublic: true });
  }

  async function join() {
    const known = token === undefined ? await identity.claim() : undefined;
    if (!isConnected || isOver) {
      if (known === undefined) identity.settle(undefined);
      return;
    }
    isMinting = token === undefined && known === undefined;
    const after = history.covered;
    const mine = { after, end: 0 };
    joining = mine;
    history.restart();
    requests.start(
      'joinEvent',
      { eventId, username, after, participantToken: known },
      {
        done({ event, participant, can, latestSeq, participantToken }) {
          settle(participantToken);
          mine.end = latestSeq;
          store.set({ event, me: participant, can });
          historyTimer = setTimeout(connection.drop, timing.answerMs);
        },
        failed: (error) => void joinFailed(error, known),
      },
      true,
    );
  }

  function settle(participantToken?: string) {
    if (isMinting || participantToken !== undefined) identity.settle(participantToken);
    isMinting = false;
  }

  async function joinFailed(error: ChatError, participantToken: string | undefined) {
    settle();
    // The next connection joins again.
    if (!isConnected || isOver) return;
    const { code, details } = error;
    if (code === 'INTERNAL') return connection.drop();
    if (code === 'BAD_REQUEST' && details.issues?.some(({ path }) => path === 'participantToken')) {
      identity.reject(participantToken);
      return join();
    }
    if (code === 'EVENT_ENDED') return readEnded();
    const name = me()?.username;
    if (store.snapshot.status !== 'live' || code !== 'BAD_REQUEST') return finish('refused', error);
    // Another name was refused: the one that we have is still ours.
    username = name;
    store.set({ error: error.toData() });
  }

  /** The event is over, its log is there. */
  async function readEnded() {
    isConnected = false;
    connection.close();
    try {
      const after = history.covered;
      const [event, page] = await Promise.all([
        http<RoomSnapshot['event']>(path, { isPublic: true }),
        getPage({ after }),
      ]);
      store.set({ event });
      await history.catchUp(page, after, 0);
    } catch {}
    finish('ended', new ChatError({ code: 'EVENT_ENDED' }));
  }

  async function live(page: Page) {
    if (!joining) return;
    const { after, end } = joining;
    joining = undefined;
    clearTimeout(historyTimer);
    try {
      if (!(await history.catchUp(page, after, end)) || !isConnected || isOver) return;
    } catch {
      if (isConnected) connection.drop();
      return;
    }
    connection.proved();
    refusals = 0;
    store.batch(() => {
      store.set({ status: 'live', error: undefined });
      requests.ready();
    });
  }

  function unauthorized(error: ErrorData) {
    refusals += 1;
    if (typeof token !== 'function' || refusals >= MOST_REFUSALS) finish('refused', new ChatError(error));
    else store.set({ error });
  }

  function lost(wasOpen: boolean) {
    isConnected = false;
    joining = undefined;
    clearTimeout(idleTimer);
    clearTimeout(historyTimer);
    store.batch(() => {
      requests.lost();
      if (store.snapshot.status === 'live') store.set({ status: 'reconnecting' });
      typists.clear(store.snapshot.typing.map(({ id }) => id));
    });
    // Browsers do not say why a handshake failed. The HTTP API says whether it is the token.
    if (!wasOpen && !isOver) {
      http(`${path}/bans`, { query: { limit: 1 } }).catch((error: ChatError) => {
        if (error.code === 'UNAUTHORIZED' && !isOver && !isConnected) unauthorized(error.toData());
      });
    }
  }

  function finish(status: Closed['status'], error: ChatError, more: Partial<Closed> = {}) {
    if (isOver) return;
    isOver = true;
    isConnected = false;
    settle();
    for (const timer of [idleTimer, historyTimer]) clearTimeout(timer);
    if (status !== 'left') connection.close();
    store.batch(() => {
      ownTyping.stop();
      typists.clear(store.snapshot.typing.map(({ id }) => id));
      store.set({ status, error: status === 'left' ? undefined : error.toData() });
      outbox.failAll(error);
      requests.failAll(error);
    });
    const { reason = error.details.reason } = more;
    resolveClosed({ status, ...(reason !== undefined && { reason }), ...more });
  }

  const on: { [E in keyof ServerToClient]?: (data: ServerToClient[E]) => void } = {
    eventHistory(page) {
      const { participants, participantCount } = page;
      store.set({ participants, participantCount });
      void live(page);
    },
    newMessage(message) {
      if (!isMessage(message)) return;
      typists.clear([message.participant.id]);
      history.heard(message);
    },
    messageDeleted({ seq, messages = [] }) {
      history.deleted([...(seq === undefined ? [] : [seq]), ...messages.map((one) => one.seq)]);
    },
    userJoined(change) {
      const participants = withJoined(store.snapshot.participants, change);
      const own = participants.find(({ id }) => id === me()?.id);
      store.set({ participants, participantCount: change.participantCount, ...(own && { me: own }) });
    },
    userLeft(change) {
      const participants = withLeft(store.snapshot.participants, change);
      store.set({ participants, participantCount: change.participantCount });
      typists.clear((change.participants ?? [change.participant as Participant]).map(({ id }) => id));
    },
    userTyping: ({ participant, isTyping }) => typists.heard(participant, isTyping),
    eventUpdated({ event }) {
      const { can, event: before } = store.snapshot;
      const isHost = (one: typeof before) => one?.hosts?.includes(me()?.id ?? '') ?? false;
      const moderate = isHost(event) || (can.moderate && !isHost(before)) || can.operate;
      store.set({ event, can: { ...can, moderate, send: !event.paused || moderate } });
    },
    eventEnded({ event }) {
      store.set({ event });
      finish('ended', new ChatError({ code: 'EVENT_ENDED' }));
    },
    kicked({ banned, reason, expiresAt }) {
      const why = reason === undefined ? {} : { reason };
      finish(banned ? 'banned' : 'kicked', new ChatError({ code: 'FORBIDDEN', ...why }), {
        ...why,
        ...(expiresAt !== undefined && { expiresAt }),
      });
    },
    error(error) {
      if (error.code === 'FORBIDDEN') finish('refused', new ChatError(error));
    },
  };

  function handle(frame: { event?: string; id?: number; data: unknown }) {
    const { event, id } = frame;
    const data = frame.data as ErrorData & { eventId?: string };
    if (event === undefined) {
      if (!requests.failOldest() && joining) connection.drop();
      return;
    }
    if (event === 'error' && data.code === 'UNAUTHORIZED' && !isOver) {
      unauthorized(data);
      if (!isOver) connection.drop();
    } else if (id !== undefined) requests.answer({ event, id, data });
    else if (!isOver && (data.eventId ?? eventId) === eventId) on[event as 'error']?.(data);
  }

  const connection = connect({
    url: context.url,
    WebSocket: context.WebSocket,
    token: context.getToken,
    onOpen() {
      isConnected = true;
      touch();
      void join();
    },
    onText(text) {
      heardAt = Date.now();
      touch();
      let content: unknown;
      try {
        content = JSON.parse(text);
      } catch {
        return;
      }
      context.onFrame?.({ direction: 'in', eventId, content });
      store.batch(() => {
        for (const frame of [content].flat() as Parameters<typeof handle>[0][]) {
          try {
            handle(frame);
          } catch {
            // Not what the server sends.
          }
        }
      });
    },
    onClose: lost,
    onDoubt() {
      if (Date.now() - heardAt > timing.doubtMs) requests.doubt();
    },
  });

  const over = () => new ChatError(store.snapshot.error ?? { code: 'NOT_JOINED' });
  return {
    eventId,
    get snapshot() {
      return store.snapshot;
    },
    subscribe: store.subscribe,
    closed,
    send(text) {
      ownTyping.stop();
      if (isOver) return Promise.reject(over());
      return outbox.send(text);
    },
    retry: ({ clientMessageId }) => (isOver ? Promise.reject(over()) : outbox.retry(clientMessageId)),
    discard: ({ clientMessageId }) => outbox.discard(clientMessageId),
    loadOlder: history.loadOlder,
    type: () => {
      if (store.snapshot.status === 'live') ownTyping.type();
    },
    leave() {
      left ??= (async () => {
        if (isOver) return;
        const wasConnected = isConnected;
        finish('left', new ChatError({ code: 'NOT_JOINED' }));
        if (wasConnected) {
          const goodbye = requests.ask('leaveEvent', {}, true).catch(() => {});
          await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, timing.leaveMs))]);
        }
        clearTimeout(idleTimer);
        connection.close();
      })();
      return left;
    },
    moderate: createModeration(eventId, requests.ask, http),
    get username() {
      return username;
    },
    rename(next) {
      if (next === undefined || next === username) return;
      username = next;
      if (store.snapshot.status === 'live') void join();
    },
  };
}
