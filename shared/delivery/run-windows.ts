import { type Bell, getBell } from '../store/bell.ts';
import type { Cursor, Seen } from '../store/cursor.ts';
import { type LogEntry, readPrefix } from '../store/log.ts';
import type { Delivery } from './delivery.ts';
import { Lease } from './lease.ts';
import { runWindow } from './window.ts';

/** Entries that one window takes at most; the next one takes the rest. */
const WINDOW_ENTRIES = 500;

/** `busy`: another holder runs the windows and has heard us. `hole`: all is done up to a number nothing stands on yet. */
export type RunResult = { state: 'done' | 'busy' } | { state: 'hole'; seq: number };

/**
 * Runs windows of one event until nothing is left, at most `rounds`: what is left then, others have rung for. Throws
 * when the lease was lost or nobody could be served; the log and the cursor then say what is still to do.
 */
export async function runWindows(delivery: Delivery, eventId: string, rounds: number): Promise<RunResult> {
  const held = await Lease.take(delivery.table, eventId);
  if (!held) return { state: 'busy' };
  const { lease } = held;
  let { cursor } = held;
  try {
    for (let round = 1; ; round += 1) {
      const work = await findWork(delivery, eventId, cursor);
      const { seen, lost } = await serve(delivery, eventId, lease, cursor, work);
      // Members that left in this window are news for the next one.
      const more = lost > 0 || work.entries.length === WINDOW_ENTRIES;
      const isLast = round === rounds;
      if ((isLast || !more) && (await lease.release(seen, isLast ? undefined : cursor.knocks))) {
        const hasHole = !more && seen.delivered < work.bell.seq;
        return hasHole ? { state: 'hole', seq: seen.delivered + 1 } : { state: 'done' };
      }
      cursor = await lease.settle(seen);
    }
  } catch (error) {
    await lease.abandon();
    throw error;
  } finally {
    lease.stopRenewing();
  }
}

interface Work {
  bell: Bell;
  /** The log after `cursor.delivered`, without holes. */
  entries: LogEntry[];
}

async function findWork({ table }: Delivery, eventId: string, cursor: Cursor): Promise<Work> {
  // The bell first: what is rung after this read is the next window's, also if this one finds it already.
  const bell = await getBell(table, eventId);
  if (!bell) throw new Error('The event has no bell');
  return { bell, entries: await readPrefix(table, eventId, cursor.delivered, WINDOW_ENTRIES) };
}

async function serve(
  delivery: Delivery,
  eventId: string,
  lease: Lease,
  cursor: Cursor,
  { bell, entries }: Work,
): Promise<{ seen: Seen; lost: number }> {
  const isQuiet = bell.presence === cursor.presence && Object.keys(cursor.pending).length === 0;
  if (entries.length === 0 && isQuiet) return { seen: cursor, lost: 0 };
  // Before the members are listed: see `claimed`.
  await lease.claim(entries.at(-1)?.seq);
  return runWindow(delivery, eventId, lease, cursor, { entries, presence: bell.presence });
}
