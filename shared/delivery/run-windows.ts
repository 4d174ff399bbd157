import { newId } from '../ids.ts';
import { getBell } from '../store/bell.ts';
import {
  abandonLease,
  type Cursor,
  keepLease,
  LEASE_MS,
  release,
  type Seen,
  settle,
  takeLease,
} from '../store/cursor.ts';
import { readPrefix } from '../store/log.ts';
import { readNotes } from '../store/presence.ts';
import type { Delivery } from './delivery.ts';
import { runWindow, type Work } from './window.ts';

/** Entries and notes that one window takes at most; the next one takes the rest. */
const WINDOW_ENTRIES = 500;
const WINDOW_NOTES = 1_000;

/** `busy`: another holder runs the windows and has heard us. `hole`: all is done up to a number nothing stands on yet. */
export type RunResult = { state: 'done' | 'busy' } | { state: 'hole'; seq: number };

/**
 * Runs windows of one event until nothing is left, at most `rounds`; what is left then is the stream's. At most one
 * holder runs windows of an event at a time: that makes the order of frames. Throws when the lease was lost, or when
 * nobody could be served; the log and the cursor then say what is still to do.
 */
export async function runWindows(delivery: Delivery, eventId: string, rounds: number): Promise<RunResult> {
  const { table } = delivery;
  const owner = newId();
  const taken = await takeLease(table, eventId, owner);
  if (!taken) return { state: 'busy' };
  // A window may outlast the lease; a failed renewal shows when the window is settled.
  const renewal = setInterval(() => void keepLease(table, eventId, owner).catch(() => {}), LEASE_MS / 3);
  try {
    return await runWithLease(delivery, eventId, owner, taken, rounds);
  } catch (error) {
    await abandonLease(table, eventId, owner).catch(() => {});
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

async function runWithLease(
  delivery: Delivery,
  eventId: string,
  owner: string,
  taken: Cursor,
  rounds: number,
): Promise<RunResult> {
  const { table } = delivery;
  let cursor = taken;
  for (let round = 1; ; round += 1) {
    const work = await findWork(delivery, eventId, cursor);
    const { seen, gone } = await serve(delivery, eventId, owner, cursor, work);
    const isLast = round === rounds;
    const more = gone > 0 || work.entries.length === WINDOW_ENTRIES || work.notes.length === WINDOW_NOTES;
    if (
      (isLast || !more) &&
      (await release(table, eventId, owner, seen, isLast ? undefined : cursor.knocks))
    ) {
      return seen.delivered < work.bell.seq && !more
        ? { state: 'hole', seq: seen.delivered + 1 }
        : { state: 'done' };
    }
    const settled = await settle(table, eventId, owner, seen);
    if (!settled) throw new Error('The lease was lost during a window');
    cursor = settled;
  }
}

async function findWork({ table }: Delivery, eventId: string, cursor: Cursor): Promise<Work> {
  // The bell first: what is rung after this read is the next window's, also if we see its entry or note already.
  const bell = await getBell(table, eventId);
  if (!bell) throw new Error('The event has no bell');
  const [entries, notes] = await Promise.all([
    readPrefix(table, eventId, cursor.delivered, WINDOW_ENTRIES),
    readNotes(table, eventId, WINDOW_NOTES),
  ]);
  return { bell, entries, notes };
}

async function serve(
  delivery: Delivery,
  eventId: string,
  owner: string,
  cursor: Cursor,
  work: Work,
): Promise<{ seen: Seen; gone: number }> {
  const { entries, notes, bell } = work;
  if (entries.length === 0 && notes.length === 0 && Object.keys(cursor.pending).length === 0) {
    return { seen: { ...cursor, presence: bell.presence }, gone: 0 };
  }
  const last = entries.at(-1)?.seq;
  // Before the listing: see `claimed`.
  if (last !== undefined && !(await keepLease(delivery.table, eventId, owner, last))) {
    throw new Error('The lease was lost before a window');
  }
  return runWindow(delivery, eventId, cursor, work);
}
