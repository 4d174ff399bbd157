import { type UpdateInput, updateIf } from './conditional.ts';
import { cursorKey } from './keys.ts';
import { getItem, type Item, type Table } from './table.ts';

/** How far an event's delivery has come, what its last window saw, and who may run the next one. */
export interface Cursor {
  /** Windows have posted the log up to here, to all members but those in `pending`. */
  delivered: number;
  /** The bell's `presence` that the last window had seen. */
  presence: number;
  /** The number of the last news of comings and goings that a window kept. */
  news: number;
  /** Member rows, and the distinct people behind them, at the last window. */
  audience: number;
  participantCount: number;
  /** Members that windows passed by, held or not to be reached, and the seq after which each has had nothing. */
  pending: Record<string, number>;
  /** Those of them that posts failed for, and since when, milliseconds since the epoch. */
  troubled: Record<string, number>;
  /** When the next window may begin, milliseconds since the epoch: an event's windows keep a pace. */
  nextWindowAt: number;
  lease?: string;
  /** Milliseconds since the epoch. */
  leaseUntil?: number;
}

export const newCursor: Cursor = {
  delivered: 0,
  presence: 0,
  news: 0,
  audience: 0,
  participantCount: 0,
  pending: {},
  troubled: {},
  nextWindowAt: 0,
};

export async function getCursor(
  table: Table,
  eventId: string,
  { consistent = true } = {},
): Promise<Cursor | undefined> {
  return complete(await getItem(table, cursorKey(eventId), { consistent }));
}

/** Changes a cursor under a condition; resolves to it as it is then, undefined when the condition failed. */
export async function updateCursor(
  table: Table,
  eventId: string,
  input: UpdateInput,
): Promise<Cursor | undefined> {
  return complete(await updateIf(table, cursorKey(eventId), input));
}

/** One that an older version wrote lacks what is newer. */
const complete = (item: Item | undefined): Cursor | undefined => item && { ...newCursor, ...item };
