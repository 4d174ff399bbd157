/** How far a member has come in an event: in its log and in its presence history. */
export interface Place {
  /** The last number of the log. */
  seq: number;
  /** The number of the last presence record: who joined, left or was renamed. */
  presence: number;
}

/**
 * A place as Socket.IO clients remember it. It travels as the last argument of every recoverable event, and the client
 * presents it when it reconnects: https://socket.io/docs/v4/connection-state-recovery
 */
export interface Offset extends Place {
  eventId: string;
}

export const encodeOffset = ({ eventId, seq, presence }: Offset): string => `${seq}.${presence}.${eventId}`;

/** Undefined: it is not an offset that the server made. */
export function decodeOffset(offset: string): Offset | undefined {
  const [, seq, presence, eventId] = /^(\d{1,15})\.(\d{1,15})\.([\w-]{1,64})$/.exec(offset) ?? [];
  return eventId === undefined ? undefined : { eventId, seq: Number(seq), presence: Number(presence) };
}
