import type { Action } from './client-to-server.ts';
import type { Ban, Event, Message, Participant } from './entities.ts';

/** The data of the acknowledgement of every action (docs/protocol.md, "Actions"). */
export interface Replies extends Record<Action, object> {
  /** `participantToken` is a guest's. */
  joinEvent: { event: Event; participant: Participant; latestSeq: number; participantToken?: string };
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
