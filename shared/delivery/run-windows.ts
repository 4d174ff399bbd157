import { type Bell, getBell } from '../store/bell.ts';
import type { Cursor } from '../store/cursor.ts';
import { type LogEntry, readPrefix } from '../store/log.ts';
import type { Delivery } from './delivery.ts';
import { Lease } from './lease.ts';
import { runWindow } from './window.ts';

/** Entries that one window takes at most; the next one takes the rest. */
const WINDOW_ENTRIES = 500;

/** `busy`: another holder runs the windows and has heard us. `hole`: all is done up to a number nothing stands on yet. */
export type RunResult = { state: 'done' | 'busy' } | { state: 'hole'; seq: number };

/** When to let go though more may be left, which others have rung for: after so many windows, or at that time. */
export interface RunBounds {
  windows: number;
  /** Milliseconds since the epoch; a window that has begun is finished. */
  deadline: number;
}

/**
 * Runs windows of one event until nothing is left, within bounds. Throws when the lease was lost or nobody could be
 * served; the log and the cursor then say what is still to do.
 */
export async function runWindows(delivery: Delivery, eventId: string, bounds: RunBounds): Promise<RunResult> {
  const held = await Lease.take(delivery.table, eventId);
  if (!held) return { state: 'busy' };
  const { lease } = held;
  let { cursor } = held;
  try {
    for (let count = 1; ; count += 1) {
      const { bell, entries } = await findWork(delivery, eventId, cursor);
      let progress = cursor;
      let departures = 0;
      if (entries.length > 0 || bell.presence !== cursor.presence) {
        // Before the members are listed: see `claimed`.
        await lease.claim(entries.at(-1)?.seq);
        const done = await runWindow(delivery, eventId, lease, cursor, { entries, presence: bell.presence });
        progress = { ...cursor, ...done.progress };
        departures = done.departures;
      }
      // Who left in this window is news for the next one.
      const more = departures > 0 || entries.length === WINDOW_ENTRIES;
      const isLast = count >= bounds.windows || Date.now() > bounds.deadline;
      if ((isLast || !more) && (await lease.release(progress, isLast ? undefined : cursor.knocks))) {
        const hasHole = !more && progress.delivered < bell.seq;
        return hasHole ? { state: 'hole', seq: progress.delivered + 1 } : { state: 'done' };
      }
      cursor = await lease.settle(progress);
    }
  } catch (error) {
    await lease.letGo();
    throw error;
  } finally {
    lease.stopRenewing();
  }
}

async function findWork(
  { table }: Delivery,
  eventId: string,
  cursor: Cursor,
): Promise<{ bell: Bell; entries: LogEntry[] }> {
  // The bell first: what is rung after this read is the next window's, also if this one finds it already.
  const bell = await getBell(table, eventId);
  if (!bell) throw new Error('The event has no bell');
  return { bell, entries: await readPrefix(table, eventId, cursor.delivered, WINDOW_ENTRIES) };
}
