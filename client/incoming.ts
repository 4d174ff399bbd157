import type { ErrorData } from '../shared/protocol/errors.ts';
import type { ServerToClient } from '../shared/protocol/server-to-client.ts';
import { ChatError, fault } from './chat-error.ts';
import type { History } from './history.ts';
import type { Page } from './log.ts';
import { type Mute, maySend } from './muting.ts';
import { peopleIn, type Typists, withHosts, withJoined, withLeft } from './presence.ts';
import type { Store } from './store.ts';
import type { Closed, Event, RoomSnapshot } from './types.ts';

/** What comes: an event, an answer with an `id`, or a `message` of API Gateway's own that names neither. */
export interface AnyFrame {
  event: string;
  id?: number;
  data?: Partial<ErrorData & { eventId: string }> | null;
  message?: string;
}

export interface RoomParts {
  store: Store<RoomSnapshot>;
  history: History;
  typists: Typists;
  mute: Mute;
  /** Ends the room; its requests fail with the error. */
  finish(status: Closed['status'], error: ChatError, expiresAt?: string): void;
}

export type Incoming = { [E in keyof ServerToClient]?: (data: ServerToClient[E]) => void };

/** What each event of the server changes in a room. */
export const incoming = (
  { store, history, typists, mute, finish }: RoomParts,
  live: (page: Page) => void,
): Incoming => ({
  eventHistory(page) {
    const { participants, participantCount, viewerCount = 0 } = page;
    store.set({ participants, participantCount, viewerCount });
    live(page);
  },
  newMessage(message) {
    typists.clear([message.participant]);
    history.heard(message);
  },
  messageDeleted: ({ seq, messages }) => history.deleted(messages?.map((one) => one.seq) ?? [seq ?? 0]),
  userJoined(change) {
    const { participantCount, viewerCount = 0 } = change;
    const participants = withJoined(store.state.participants, peopleIn(change));
    // In another tab we may have taken another name.
    const me = participants.find(({ id }) => id === store.state.me?.id) ?? store.state.me;
    store.set({ participants, participantCount, viewerCount, me });
  },
  userLeft(change) {
    const { participantCount, viewerCount = 0 } = change;
    const gone = peopleIn(change);
    store.set({ participants: withLeft(store.state.participants, gone), participantCount, viewerCount });
    typists.clear(gone);
  },
  userTyping: ({ participant, isTyping }) => typists.heard(participant, isTyping),
  eventUpdated({ event }) {
    const { can, event: before, me, participants } = store.state;
    const isHost = (one?: Event) => me && one?.hosts?.includes(me.id);
    const moderate = can.operate || isHost(event) || (can.moderate && !isHost(before)) || false;
    const next = { ...store.state, event, can: { ...can, moderate } };
    const told = withHosts(event, [...participants, ...(me ? [me] : [])]);
    store.set({
      event,
      can: { ...next.can, send: maySend(next) },
      participants: told.slice(0, participants.length),
      me: me && told.at(-1),
    });
  },
  reactions: ({ totals: reactions }) => store.set({ reactions }),
  muted: ({ seconds, reason }) => mute(seconds * 1_000, reason),
  unmuted: () => mute(),
  eventEnded({ event }) {
    store.set({ event });
    finish('ended', fault('EVENT_ENDED'));
  },
  kicked({ banned, expiresAt, reason }) {
    const error = new ChatError({ code: 'FORBIDDEN', ...(reason && { reason }) });
    finish(banned ? 'banned' : 'kicked', error, expiresAt);
  },
  error(error) {
    // One connection too many of the same person, for example.
    if (error.code === 'FORBIDDEN' && !error.action) finish('refused', new ChatError(error));
    else store.set({ error });
  },
});
