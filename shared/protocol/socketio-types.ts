/**
 * The events of the Socket.IO wire, for front ends in TypeScript (https://socket.io/docs/v4/typescript). This file imports
 * nothing: copy it, and
 *
 *     const socket: Emits & Socket<ServerToClientEvents, ClientToServerEvents> = io(url, { transports: ['websocket'] });
 */

export interface Event {
  id: string;
  name: string;
  description?: string | undefined;
  status: 'active' | 'ended';
  /** Times are ISO 8601 in UTC. */
  createdAt: string;
  startsAt?: string | undefined;
  endsAt?: string | undefined;
  participantCount: number;
  /** Connections that watch it and take no part. */
  viewerCount: number;
  /** Ids of participants who may moderate it. */
  hosts?: string[] | undefined;
  /** Only moderators can write. */
  paused?: true | undefined;
  /** Everybody else must wait this long between messages. */
  slowModeSeconds?: number | undefined;
  /** The emoji that people can react with. */
  reactions: string[];
  /** How often each of them was used; without those that never were. */
  reactionTotals?: Record<string, number> | undefined;
  /** The message that everybody sees first. */
  pinned?: Message | undefined;
  /** Messages with links, or the same again within 30 seconds, are rejected, but for those of moderators. */
  links?: 'deny' | undefined;
  repeats?: 'deny' | undefined;
}

/** What an application adds to a participant or a message. */
export type Metadata = Record<string, string>;

export interface Author {
  id: string;
  username: string;
  /** Of those who may moderate this event, moderate every event, or also create and change events; `bot`: a backend. */
  role?: 'host' | 'moderator' | 'operator' | 'bot' | undefined;
  metadata?: Metadata | undefined;
}

export type Participant = Author & { joinedAt: string };

export interface Message {
  id: string;
  eventId: string;
  /** Counts up in each event: orders messages, shows repeated ones. */
  seq: number;
  kind?: 'announcement' | undefined;
  participant: Author;
  text: string;
  sentAt: string;
  clientMessageId?: string | undefined;
  metadata?: Metadata | undefined;
  /** The message that this one answers, by the beginning of its text; empty if it was deleted. */
  replyTo?: { seq: number; participant: { id: string; username: string }; text: string } | undefined;
}

export interface ChatError {
  // biome-ignore format: one code a line would be longer than the rest.
  code: 'BAD_REQUEST' | 'UNKNOWN_ACTION' | 'UNAUTHORIZED' | 'FORBIDDEN' | 'EVENT_NOT_FOUND' | 'EVENT_PAUSED'
    | 'EVENT_ENDED' | 'MESSAGE_NOT_FOUND' | 'NOT_JOINED' | 'BATCH_REQUIRED' | 'BINARY_NOT_SUPPORTED'
    | 'RATE_LIMITED' | 'MUTED' | 'MESSAGE_REJECTED' | 'TOO_LARGE' | 'INTERNAL';
  message: string;
  /** Of `BAD_REQUEST`: every fault. */
  issues?: { path: string; message: string }[] | undefined;
  /** Of `RATE_LIMITED` and `MUTED`. */
  retryAfterMs?: number | undefined;
  /** Of `INTERNAL`: quote it when you report the error. */
  requestId?: string | undefined;
  /** Of a request that was made in `auth`: which. */
  action?: 'joinEvent' | 'watchEvent' | undefined;
  /** For people: why this request was refused. */
  reason?: string | undefined;
}

/** The person to moderate: a participant, or the `sub` of the issuer's tokens as `subject`. */
type Person =
  | { participantId: string; subject?: null | undefined }
  | { subject: string; participantId?: null | undefined };

export interface Ban {
  participantId: string;
  /** The name that the participant had, if they were in the event. */
  username?: string | undefined;
  bannedAt: string;
  reason?: string | undefined;
  /** Without it, the ban is permanent. */
  expiresAt?: string | undefined;
}

/** What an acknowledgement callback gets: check `ok`. */
export type Reply<Data extends object = object> = ({ ok: true } & Data) | { ok: false; error: ChatError };

/** Messages, oldest first. */
interface Page {
  messages: Message[];
  hasMore: boolean;
  /** With `at`: there are earlier messages; `hasMore` says whether there are later ones. */
  hasMoreBefore?: boolean | undefined;
  /** Messages up to `after` that were deleted in the meantime. */
  deletedSeqs?: number[] | undefined;
  /**
   * With `hasMore`: the `after` of the next page, or its `before` if this one had no `after`. If it is missing, use the `seq` of the last
   * message, or of the first.
   */
  upTo?: number | undefined;
}

interface Joined {
  event: Event;
  participant: Participant;
  latestSeq: number;
  /** Only for guests. */
  participantToken?: string | undefined;
  /** What you may do in the event, as it is now. */
  can: { send: boolean; moderate: boolean; operate: boolean };
}

interface Watched {
  event: Event;
  latestSeq: number;
  viewerCount: number;
}

interface EventList {
  events: Event[];
  nextCursor?: string | undefined;
}

/** Fields that may be left out: `null` is the same as leaving them out. */
type Optional<T> = { [Field in keyof T]?: T[Field] | null | undefined };

/** Every action: what you send, and what its acknowledgement has when it is `ok`. */
interface Actions {
  /** Where an issuer is set, the username comes from the token. */
  joinEvent: {
    data: { eventId: string } & Optional<{
      username: string;
      after: number;
      participantToken: string;
      metadata: Metadata;
    }>;
    reply: Joined;
  };
  /** You hear everything, and are not among the participants. */
  watchEvent: { data: { eventId: string } & Optional<{ after: number }>; reply: Watched };
  sendMessage: {
    data: { text: string } & Optional<{ clientMessageId: string; replyTo: number; metadata: Metadata }>;
    reply: { message: Message };
  };
  typing: { data: { isTyping: boolean }; reply: object };
  /** With one of the event's `reactions`, up to 10 times at once. */
  react: { data: { reaction: string } & Optional<{ count: number }>; reply: object };
  leaveEvent: { data: Record<string, never>; reply: object };
  /** Without a callback, the list arrives as the event `activeEvents`. */
  getActiveEvents: { data: Optional<{ limit: number; cursor: string }>; reply: EventList };
  getHistory: { data: Optional<{ before: number; after: number; at: string; limit: number }>; reply: Page };
  /** The following actions are for moderators and hosts, in the event they have joined. */
  deleteMessage: { data: { seq: number }; reply: object };
  announce: {
    data: { text: string } & Optional<{ pin: boolean; clientMessageId: string }>;
    reply: { message: Message };
  };
  pin: { data: { seq: number }; reply: { event: Event } };
  unpin: { data: Record<string, never>; reply: { event: Event } };
  kick: { data: Person & Optional<{ reason: string }>; reply: object };
  /** For a number of seconds, or permanently. */
  ban: { data: Person & Optional<{ reason: string; seconds: number }>; reply: { ban: Ban } };
  unban: { data: Person; reply: object };
  /** For 10 seconds to a day. */
  mute: { data: Person & { seconds: number } & Optional<{ reason: string }>; reply: object };
  unmute: { data: Person; reply: object };
  updateEvent: {
    data: Optional<{ status: 'ended'; paused: boolean; slowModeSeconds: number; reactions: string[] }>;
    reply: { event: Event };
  };
}

type Action = keyof Actions;
type Data<A extends Action> = Actions[A]['data'];
type Timed<Reply> = (error: Error | null, reply?: Reply) => void;
type Ack<A extends Action> = Reply<Actions[A]['reply']>;

/** For `Socket`, which takes the type of an acknowledgement from a callback that is always there. */
export type ClientToServerEvents = {
  [A in Action]: (data: Data<A>, callback: (reply: Ack<A>) => void) => void;
};

/**
 * `emit` with and without a callback, and `emitWithAck`, also after `timeout`. The types of socket.io-client have no place for a
 * callback that may be left out: with one, they give `emitWithAck` the type `any`. Failures of what is emitted without a callback
 * arrive as the event `error`.
 */
export interface Emits {
  emit<A extends Action>(action: A, data: Data<A>, callback?: (reply: Ack<A>) => void): this;
  emitWithAck<A extends Action>(action: A, data: Data<A>): Promise<Ack<A>>;
  timeout(milliseconds: number): EmitsInTime;
}

interface EmitsInTime extends Pick<Emits, 'emitWithAck'> {
  /** `error` is null if the acknowledgement came in time, and then there is a reply. */
  emit<A extends Action>(action: A, data: Data<A>, callback: Timed<Ack<A>>): void;
}

/** `viewerCount` is left out where nobody watches. */
interface Counts {
  eventId: string;
  participantCount: number;
  viewerCount?: number | undefined;
}

/** One person or, in large audiences, several at once: at most 20 of those who joined or left. */
type Presence = Counts &
  (
    | { participant: Participant; participants?: undefined }
    | { participants: Participant[]; participant?: undefined }
  );

/** One message, or several that were deleted at once. */
type Deletion = { eventId: string } & (
  | { seq: number; id: string; messages?: undefined }
  | { messages: { seq: number; id: string }[]; seq?: undefined; id?: undefined }
);

/** The data of every event. Events that can be recovered after a reconnect also have an `offset`, for the library. */
interface ServerData {
  /** After a connection with `join` in its `auth`. */
  joined: Joined;
  /** After a connection with `watch` in its `auth`. */
  watched: Watched;
  eventHistory: Page & Counts & { participants: Participant[] };
  newMessage: Message;
  messageDeleted: Deletion;
  userJoined: Presence;
  userLeft: Presence;
  userTyping: { eventId: string; participant: Participant; isTyping: boolean };
  /** How often people have reacted since the last of these, and since the event was created. */
  reactions: { eventId: string; counts: Record<string, number>; totals: Record<string, number> };
  /** The details of the event, or its rules, have changed. */
  eventUpdated: { event: Event };
  eventEnded: { event: Event };
  /** The recipient has been removed; the server disconnects them. */
  kicked: { eventId: string; banned: boolean; reason?: string | undefined; expiresAt?: string | undefined };
  /** The recipient may read, but not write, for so many seconds from now on. */
  muted: { eventId: string; seconds: number; reason?: string | undefined; until: string };
  unmuted: { eventId: string };
  activeEvents: EventList;
  error: ChatError;
}

export type ServerToClientEvents = {
  [Name in keyof ServerData]: (data: ServerData[Name], offset?: string) => void;
} & {
  /** With the query `batch=1`: several of the above, each for the listeners of its name (docs/socketio.md has the line). */
  batch: (events: [event: keyof ServerData, data: never][], offset?: string) => void;
};
