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
}

export interface Participant {
  id: string;
  username: string;
  joinedAt: string;
}

export interface Message {
  id: string;
  eventId: string;
  /** Counts within one event: orders messages, and tells a repeated one. */
  seq: number;
  participant: { id: string; username: string };
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
    | 'EVENT_ENDED'
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
  /** Of `INTERNAL`: to quote. */
  requestId?: string;
}

/** What an acknowledgement callback gets. */
export type Reply<Data extends object = object> = ({ ok: true } & Data) | { ok: false; error: ChatError };

type Callback<Data extends object = object> = (reply: Reply<Data>) => void;

export interface ClientToServerEvents {
  joinEvent: (
    data: { eventId: string; username: string; after?: number; participantToken?: string },
    callback: Callback<{
      event: Event;
      participant: Participant;
      latestSeq: number;
      participantToken: string;
    }>,
  ) => void;
  sendMessage: (
    data: { text: string; clientMessageId?: string },
    callback: Callback<{ message: Message }>,
  ) => void;
  typing: (data: { isTyping: boolean }, callback?: Callback) => void;
  leaveEvent: (data: Record<string, never>, callback: Callback) => void;
  /** Without a callback the list comes as `activeEvents`. */
  getActiveEvents: (
    data: { limit?: number; cursor?: string },
    callback: Callback<{ events: Event[]; nextCursor?: string }>,
  ) => void;
  getHistory: (
    data: { before?: number; after?: number; limit?: number },
    callback: Callback<{ messages: Message[]; hasMore: boolean }>,
  ) => void;
}

interface Presence {
  eventId: string;
  participantCount: number;
  /** One person; in large audiences `participants` (at most 20 of those who came or left) stands instead. */
  participant?: Participant;
  participants?: Participant[];
}

/** Every event's data. Events that a reconnect brings back have an `offset` besides, for the library. */
interface ServerData {
  eventHistory: {
    eventId: string;
    messages: Message[];
    participants: Participant[];
    participantCount: number;
    hasMore: boolean;
  };
  newMessage: Message;
  userJoined: Presence;
  userLeft: Presence;
  userTyping: { eventId: string; participant: Participant; isTyping: boolean };
  eventEnded: { event: Event };
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
