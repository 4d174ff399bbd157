import type { Event, Message, Participant } from './entities.ts';
import type { ErrorData } from './errors.ts';
import type { Replies } from './replies.ts';

interface PresenceChange {
  eventId: string;
  participantCount: number;
  /** One person. In large audiences `participants` (at most 20 of those who joined or left) replaces it. */
  participant?: Participant;
  participants?: Participant[];
}

/** What the server sends: event names and their data (docs/protocol.md, "Events"). */
export interface ServerToClient {
  /** To a client that asked for it with CONNECT: what `joinEvent` acknowledges. */
  joined: Replies['joinEvent'];
  eventHistory: {
    eventId: string;
    messages: Message[];
    participants: Participant[];
    participantCount: number;
    hasMore: boolean;
    deletedSeqs?: number[];
    upTo?: number;
  };
  /** The details of the event, or its rules, have changed. */
  eventUpdated: { event: Event };
  eventEnded: { event: Event };
  /** One message; `messages` when several were deleted at once. */
  messageDeleted: { eventId: string; seq?: number; id?: string; messages?: { seq: number; id: string }[] };
  /** The recipient has been removed; the server disconnects them. */
  kicked: { eventId: string; banned: boolean; reason?: string | undefined; expiresAt?: string | undefined };
  newMessage: Message;
  userJoined: PresenceChange;
  userLeft: PresenceChange;
  userTyping: { eventId: string; participant: Participant; isTyping: boolean };
  activeEvents: { events: Event[]; nextCursor?: string };
  error: ErrorData;
}

/** One event for a client, whatever its wire. */
export type ServerEvent = {
  [Name in keyof ServerToClient]: { event: Name; data: ServerToClient[Name] };
}[keyof ServerToClient];
