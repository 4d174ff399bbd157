import type { Place } from '../protocol/offset.ts';
import { type UpdateInput, updateIf } from './conditional.ts';
import { cursorKey } from './keys.ts';
import { getItem, type Item, type Table } from './table.ts';

/** How far an event's delivery has come, what its last window saw, and who may run the next one. */
export interface Cursor {
  /** Windows have posted the log up to here, to all members but those in `pending`. */
  delivered: number;
  /** What that came to, bytes, as the head counts. */
  deliveredBytes: number;
  /** The same of the presence history: the number of the last record. */
  presence: number;
  /** The head's `outbox` that the last window had seen. */
  outbox: number;
  /** The same of the head's `reactions`. */
  reactions: number;
  /** How often each reaction was used, as windows have told. */
  reactionsTold: Record<string, number>;
  /** When a window may begin that has nothing but reactions to tell, milliseconds since the epoch. */
  nextReactionsAt: number;
  /**
   * Those who take part and those who watch, those among them that take one event a frame, and the distinct people who
   * take part, at the last window.
   */
  audience: number;
  unbatched: number;
  participantCount: number;
  /** Members that windows skipped, held or not to be reached, by connection id. */
  pending: Record<string, Pending>;
  /** When the next window may begin, milliseconds since the epoch: an event's windows keep a pace. */
  nextWindowAt: number;
  viewers: ViewersCursor;
  /** How often the lease was taken since somebody let go of it: more than once if holders died. */
  takes?: number;
  /** Who holds the lease; if that died, still there until another takes it. */
  lease?: string;
  /** Milliseconds since the epoch. */
  leaseUntil?: number;
}

/** The same of those who watch, as the last window left it that did not pass them by. */
export interface ViewersCursor
  extends Pick<Cursor, 'delivered' | 'presence' | 'outbox' | 'pending' | 'reactions' | 'reactionsTold'> {
  count: number;
  /** Those among them that take one event a frame. */
  unbatched: number;
  /** Windows that begin earlier pass them by, milliseconds since the epoch. */
  nextAt: number;
}

/** The place after which a member has had nothing. */
export interface Pending extends Place {
  /** Since when posts to it failed, milliseconds since the epoch; if they do. */
  failingSince?: number;
}

export const newCursor: Cursor = {
  delivered: 0,
  deliveredBytes: 0,
  presence: 0,
  outbox: 0,
  reactions: 0,
  reactionsTold: {},
  nextReactionsAt: 0,
  audience: 0,
  unbatched: 0,
  participantCount: 0,
  pending: {},
  nextWindowAt: 0,
  viewers: {
    ...{ delivered: 0, presence: 0, outbox: 0, pending: {}, reactions: 0, reactionsTold: {} },
    ...{ count: 0, unbatched: 0, nextAt: 0 },
  },
};

export async function getCursor(
  table: Table,
  eventId: string,
  { consistent = true } = {},
): Promise<Cursor | undefined> {
  return completeCursor(await getItem(table, cursorKey(eventId), { consistent }));
}

/** Changes a cursor under a condition; resolves to it as it is then, undefined when the condition failed. */
export async function updateCursor(
  table: Table,
  eventId: string,
  input: UpdateInput,
): Promise<Cursor | undefined> {
  return completeCursor(await updateIf(table, cursorKey(eventId), input));
}

/** One that an older version wrote lacks what is newer; nobody watched then. */
export function completeCursor(item: Item | undefined): Cursor | undefined {
  if (!item) return undefined;
  const cursor: Cursor = { ...newCursor, ...item };
  const { delivered, presence, outbox, reactions, reactionsTold } = cursor;
  const before = { delivered, presence, outbox, reactions, reactionsTold };
  cursor.viewers = { ...newCursor.viewers, ...before, ...(item.viewers as object | undefined) };
  return cursor;
}
