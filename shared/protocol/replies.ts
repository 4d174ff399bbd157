import type { Action } from './client-to-server.ts';
import type { Ban, Event, Message, Participant } from './entities.ts';

/** What somebody may do in an event, as it is now: what a front end shows them buttons for. */
export interface Rights {
  send: boolean;
  /** Delete messages, kick, ban, change the rules. */
  moderate: boolean;
  /** Create and change events. */
  operate: boolean;
}

/** The data of the acknowledgement of every action (docs/protocol.md, "Actions"). */
export interface Replies extends Record<Action, object> {
  /** `participantToken` is a guest's. */
  joinEvent: {
    event: Event;
    participant: Participant;
    latestSeq: number;
    participantToken?: string;
    can: Rights;
  };
  sendMessage: { message: Message };
  typing: object;
  leaveEvent: object;
  getActiveEvents: { events: Event[]; nextCursor?: string };
  getHistory: { messages: Message[]; hasMore: boolean; deletedSeqs?: number[]; upTo?: number };
  ping: object;
  deleteMessage: object;
  kick: object;
  ban: { ban: Ban };
  unban: object;
  updateEvent: { event: Event };
}
