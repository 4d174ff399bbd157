/**
 * How far a Socket.IO client has come in the story of an event. It travels as the last argument of every recoverable
 * event, and the client shows it when it reconnects: https://socket.io/docs/v4/connection-state-recovery
 */
export interface Place {
  eventId: string;
  /** The last message of the log. */
  seq: number;
  /** The last news of who came and left. */
  news: number;
}

export const encodeOffset = ({ eventId, seq, news }: Place): string => `${seq}.${news}.${eventId}`;

/** Undefined for what is no offset of ours. */
export function decodeOffset(offset: string): Place | undefined {
  const [, seq, news, eventId] = /^(\d{1,15})\.(\d{1,15})\.([\w-]{1,64})$/.exec(offset) ?? [];
  return eventId === undefined ? undefined : { eventId, seq: Number(seq), news: Number(news) };
}
