import type { ErrorData } from '../shared/protocol/errors.ts';
import type { Replies } from '../shared/protocol/replies.ts';
import { ChatError } from './chat-error.ts';
import { connect } from './connection.ts';
import { emptyRoom } from './empty-room.ts';
import { pathOf } from './events.ts';
import type { Claim } from './identity.ts';
import { type AnyFrame, incoming, type RoomParts } from './incoming.ts';
import type { Join } from './join.ts';
import { createRequests, type Requests } from './requests.ts';
import type { RoomContext } from './room.ts';
import { ANSWER_MS, MOST_REFUSALS } from './timing.ts';
import type { Event, JoinOptions } from './types.ts';

export interface Session {
  readonly requests: Requests;
  /** Whether it takes no part. */
  watches(): boolean;
  /** Takes part under another name, or begins to. False: what was asked for was refused before, and this is something else. */
  as(options: JoinOptions): boolean;
  /** Nothing more is heard. Then the connection is to be closed. */
  end(error: ChatError): void;
  close(): void;
}

/** Being in an event: connects, joins, catches up, and does so again whenever the connection is lost. */
export function createSession(
  { url, WebSocket, http, identity, token, getToken, onFrame }: RoomContext,
  eventId: string,
  /** Undefined: only watches. */
  options: JoinOptions | undefined,
  parts: RoomParts,
): Session {
  const { store, history, typists, mute, finish } = parts;
  const path = pathOf(eventId);
  let isConnected = false;
  let refusals = 0;
  let joining: Join | undefined;
  let historyTimer: ReturnType<typeof setTimeout> | undefined;

  const drop = () => connection.drop();
  const stop = () => {
    clearTimeout(historyTimer);
    joining = undefined;
    isConnected = false;
  };
  const requests = createRequests({ send: (frame) => connection.send(frame), drop, rejoin: () => join() });

  async function join() {
    if (joining) return;
    const mine: Join = { after: history.covered, options };
    joining = mine;
    const claim = mine.options && (await identity.claim());
    if (joining !== mine) return claim?.settle();
    history.restart();
    const data = { eventId, ...mine.options, after: mine.after, participantToken: claim?.token };
    const done = (joined: Partial<Replies['joinEvent']> & Replies['watchEvent']) => {
      const { event, participant: me, can = emptyRoom.can, latestSeq, participantToken } = joined;
      claim?.settle(participantToken);
      // Whoever still is hears of it next.
      mute();
      store.set({ event, me, can, reactions: event.reactionTotals ?? {} });
      mine.end = latestSeq;
      historyTimer = setTimeout(drop, ANSWER_MS);
      void goLive(mine);
    };
    const failed = (error: ChatError) => {
      claim?.settle();
      // The next connection joins again.
      if (joining !== mine) return;
      joining = undefined;
      refused(error, claim);
    };
    requests.start(mine.options ? 'joinEvent' : 'watchEvent', data, { done, failed }, true);
  }

  function refused(error: ChatError, claim: Claim | undefined) {
    const { code, details } = error;
    const isBad = code === 'BAD_REQUEST';
    if (code === 'EVENT_ENDED') return void readEnded(error);
    if (isBad && details.issues?.some((issue) => issue.path === 'participantToken')) {
      claim?.reject();
      return void join();
    }
    const isRenaming = isBad && store.state.status === 'live';
    if (code !== 'INTERNAL' && !isRenaming) return finish('refused', error);
    store.set({ error: details });
    if (!isRenaming) return drop();
    const { me } = store.state;
    // The name that we have is still ours, or we still watch.
    options = me && { ...options, username: me.username };
    requests.ready();
  }

  /** The event has ended before we came, or came back: its log can be read. */
  async function readEnded(error: ChatError) {
    connection.close();
    try {
      store.set({ event: await http<Event>(path, { isPublic: true }) });
      await history.catchUp(undefined, history.covered, Infinity);
    } catch {}
    finish('ended', error);
  }

  async function goLive(mine: Join) {
    if (mine.end === undefined || !mine.page) return;
    clearTimeout(historyTimer);
    joining = undefined;
    try {
      if (!(await history.catchUp(mine.page, mine.after, mine.end)) || !isConnected) return;
    } catch {
      if (isConnected) drop();
      return;
    }
    connection.proved();
    refusals = 0;
    store.set({ status: 'live', error: undefined });
    requests.ready();
    if (options !== mine.options) void join();
  }

  function unauthorized(error: ChatError) {
    refusals += 1;
    if (typeof token !== 'function' || refusals >= MOST_REFUSALS) finish('refused', error);
    else store.set({ error: error.details });
  }

  const on = incoming(parts, (page) => {
    // A join that was repeated is done twice; what was said before its history comes with it, and not live.
    if (!joining) return void history.catchUp(page, history.covered, 0).catch(() => {});
    joining.page = page;
    void goLive(joining);
  });
  function handle({ event, id, data, message }: AnyFrame) {
    const { code, retryAfterMs, reason, eventId: about = eventId } = data ?? {};
    if (code === 'MUTED') mute(retryAfterMs, reason);
    if (message) {
      // API Gateway's own: something has failed, but not what.
      const wasAsked = requests.failOldest();
      if (joining) return wasAsked || drop();
      // The function may have died between our history and making us a member that is served.
      if (isConnected) void join();
    } else if (code === 'UNAUTHORIZED') {
      unauthorized(new ChatError(data as ErrorData));
      if (isConnected) drop();
    } else if (id !== undefined) requests.answer(event, id, data);
    else if (isConnected && about === eventId) on[event as 'error']?.(data as ErrorData);
  }

  const connection = connect({
    url,
    WebSocket,
    token: getToken,
    onOpen() {
      isConnected = true;
      void join();
    },
    onFrames: (frames) =>
      store.batch(() => {
        for (const frame of frames) {
          try {
            handle(frame as AnyFrame);
          } catch {} // Nothing that the server sends.
        }
      }),
    onClose(wasOpen) {
      stop();
      requests.lost();
      if (store.state.status === 'live') store.set({ status: 'reconnecting' });
      typists.clear();
      // Who has watched without a token may do so again.
      if (wasOpen || (!options && store.state.event)) return;
      // Browsers do not say why a handshake failed. The HTTP API says whether it is the token.
      http(`${path}/bans`).catch((error: ChatError) => {
        if (error.code === 'UNAUTHORIZED' && !isConnected) unauthorized(error);
      });
    },
    onDoubt: requests.doubt,
    onContent: (direction, content) => onFrame?.({ direction, eventId, content }),
  });

  return {
    requests,
    watches: () => !options,
    as({ username = options?.username, metadata = options?.metadata }) {
      const next = { username, metadata };
      if (JSON.stringify(next) === JSON.stringify(options)) return true;
      options = next;
      if (store.state.status === 'live') void join();
      return store.state.status !== 'refused';
    },
    end(error) {
      stop();
      requests.failAll(error);
    },
    close: () => connection.close(),
  };
}
