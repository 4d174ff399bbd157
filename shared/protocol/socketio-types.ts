/**
 * The events of the Socket.IO wire, for front ends in TypeScript (https://socket.io/docs/v4/typescript). This file imports
 * nothing: copy it, and
 *
 *     const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, { transports: ['websocket'] });
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
  /** Ids of participants who may moderate it. */
  hosts?: string[] | undefined;
  /** Only moderators can write. */
  paused?: true | undefined;
  /** Everybody else must wait this long between messages. */
  slowModeSeconds?: number | undefined;
}

export interface Author {
  id: string;
  username: string;
  /** Of those who may moderate this event, moderate every event, or also create and change events. */
  role?: 'host' | 'moderator' | 'operator' | undefined;
}

export type Participant = Author & { joinedAt: string };

export interface Message {
  id: string;
  eventId: string;
  /** Counts up in each event: orders messages, shows repeated ones. */
  seq: number;
  participant: Author;
  text: string;
  sentAt: string;
  clientMessageId?: string | undefined;
}

export interface ChatError {
  code:
    | 'BAD_REQUEST'
    | 'UNKNOWN_ACTION'
    | 'UNAUTHORIZED'
    | 'FORBIDDEN'
    | 'EVENT_NOT_FOUND'
    | 'EVENT_PAUSED'
    | 'EVENT_ENDED'
    | 'MESSAGE_NOT_FOUND'
    | 'NOT_JOINED'
    | 'BATCH_REQUIRED'
    | 'BINARY_NOT_SUPPORTED'
    | 'RATE_LIMITED'
    | 'TOO_LARGE'
    | 'INTERNAL';
  message: string;
  /** Of `BAD_REQUEST`: every fault. */
  issues?: { path: string; message: string }[];
  /** Of `RATE_LIMITED`. */
  retryAfterMs?: number;
  /** Of `INTERNAL`: quote it when you report the error. */
  requestId?: string;
  /** Of a request that was made in `auth`: which. */
  action?: 'joinEvent';
  /** For people: why this request was refused. */
  reason?: string;
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

/** What an acknowledgement callback gets. */
export type Reply<Data extends object = object> = ({ ok: true } & Data) | { ok: false; error: ChatError };

type Callback<Data extends object = object> = (reply: Reply<Data>) => void;

/** Further fields of a page of messages after a `seq`. */
interface Since {
  /** Messages up to `after` that were deleted in the meantime. */
  deletedSeqs?: number[];
  /** With `hasMore`: the `after` of the next page. If it is missing, use the `seq` of the last message. */
  upTo?: number;
}

/** What a join comes to. */
interface Joined {
  event: Event;
  participant: Participant;
  latestSeq: number;
  /** Only for guests. */
  participantToken?: string;
  /** What you may do in the event, as it is now. */
  can: { send: boolean; moderate: boolean; operate: boolean };
}

/** Of a field that may be left out: `null` is the same as leaving it out. */
type Optional<T> = T | null | undefined;

export interface ClientToServerEvents {
  joinEvent: (
    /** Where an issuer is set, the username comes from the token. */
    data: {
      eventId: string;
      username?: Optional<string>;
      after?: Optional<number>;
      participantToken?: Optional<string>;
    },
    callback: Callback<Joined>,
  ) => void;
  sendMessage: (
    data: { text: string; clientMessageId?: Optional<string> },
    callback: Callback<{ message: Message }>,
  ) => void;
  typing: (data: { isTyping: boolean }, callback?: Callback) => void;
  leaveEvent: (data: Record<string, never>, callback: Callback) => void;
  /** Without a callback, the list arrives as the event `activeEvents`. */
  getActiveEvents: (
    data: { limit?: Optional<number>; cursor?: Optional<string> },
    callback: Callback<{ events: Event[]; nextCursor?: string }>,
  ) => void;
  getHistory: (
    data: { before?: Optional<number>; after?: Optional<number>; limit?: Optional<number> },
    callback: Callback<{ messages: Message[]; hasMore: boolean } & Since>,
  ) => void;
  /** The following actions are for moderators and hosts, in the event they have joined. */
  deleteMessage: (data: { seq: number }, callback?: Callback) => void;
  kick: (data: Person & { reason?: Optional<string> }, callback?: Callback) => void;
  /** For a number of seconds, or permanently. */
  ban: (
    data: Person & { reason?: Optional<string>; seconds?: Optional<number> },
    callback?: Callback<{ ban: Ban }>,
  ) => void;
  unban: (data: Person, callback?: Callback) => void;
  updateEvent: (
    data: { status?: Optional<'ended'>; paused?: Optional<boolean>; slowModeSeconds?: Optional<number> },
    callback?: Callback<{ event: Event }>,
  ) => void;
}

interface Presence {
  eventId: string;
  participantCount: number;
  /** One person. In large audiences `participants` (at most 20 of those who joined or left) replaces it. */
  participant?: Participant;
  participants?: Participant[];
}

/** The data of every event. Events that can be recovered after a reconnect also have an `offset`, for the library. */
interface ServerData {
  /** After a connection with `join` in its `auth`. */
  joined: Joined;
  eventHistory: {
    eventId: string;
    messages: Message[];
    participants: Participant[];
    participantCount: number;
    hasMore: boolean;
  } & Since;
  newMessage: Message;
  /** One message; `messages` when several were deleted at once. */
  messageDeleted: { eventId: string; seq?: number; id?: string; messages?: { seq: number; id: string }[] };
  userJoined: Presence;
  userLeft: Presence;
  userTyping: { eventId: string; participant: Participant; isTyping: boolean };
  /** The details of the event, or its rules, have changed. */
  eventUpdated: { event: Event };
  eventEnded: { event: Event };
  /** The recipient has been removed; the server disconnects them. */
  kicked: { eventId: string; banned: boolean; reason?: string | undefined; expiresAt?: string | undefined };
  activeEvents: { events: Event[]; nextCursor?: string };
  error: ChatError;
}

export type ServerToClientEvents = {
  [Name in keyof ServerData]: (data: ServerData[Name], offset?: string) => void;
} & {
  /** With the query `batch=1`: several of the above at once. */
  batch: (
    events: { [Name in keyof ServerData]: [event: Name, data: ServerData[Name]] }[keyof ServerData][],
    offset?: string,
  ) => void;
};
