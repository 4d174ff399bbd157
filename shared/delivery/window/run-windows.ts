import { sleep } from '../../sleep.ts';
import type { Cursor } from '../../store/cursor.ts';
import { type EventHead, getEventHead } from '../../store/event-head.ts';
import { type LogEntry, readPrefix } from '../../store/log.ts';
import type { Delivery } from '../types.ts';
import { Lease } from './lease-holder.ts';
import { runWindow } from './window.ts';

/** Entries that one window takes at most; the next one takes the rest. */
const WINDOW_ENTRIES = 500;

/**
 * `busy`: another holder runs the windows and has heard us. `hole`: all is done up to a number nothing stands on yet.
 * `early`: the pace allows no window within bounds.
 */
export type RunResult =
  | { state: 'busy' | 'early' }
  | { state: 'done'; cursor: Cursor }
  | { state: 'hole'; seq: number };

/** When to let go though more may be left, which others have rung for. Times are milliseconds since the epoch. */
export interface RunBounds {
  /** After so many windows. */
  windows: number;
  /** No window begins after this. */
  beginUntil: number;
  /** What a window has not posted by then is left to the next one. */
  postUntil: number;
}

/** The bell as it was lately, and what somebody has just put on its number, if that is why. */
export interface JustWritten {
  head: EventHead;
  entry?: LogEntry;
}

/**
 * Runs windows of one event until nothing is left, within bounds. Whoever finds the lease taken leaves: its holder looks
 * once more after it has let go, and sees what was rung and put before. With `rung`, spares the first look at the bell, and
 * at the log if there is nothing but its entry. Throws when the lease was lost or nobody could be served; the log and the
 * cursor then say what is still to do.
 */
export async function runWindows(
  delivery: Delivery,
  eventId: string,
  bounds: RunBounds,
  rung?: JustWritten,
): Promise<RunResult> {
  let windows = 0;
  for (let seen = rung; ; ) {
    const held = await Lease.take(delivery.table, eventId);
    if (!held) return { state: 'busy' };
    const { result, isLast, cursor, ...ran } = await runWhileHeld(
      delivery,
      eventId,
      held,
      bounds,
      seen,
      windows,
    );
    if (isLast || !cursor) return result;
    const head = await getEventHead(delivery.table, eventId);
    const isRung =
      head &&
      (head.presence > cursor.presence ||
        (head.seq > cursor.delivered &&
          (await readPrefix(delivery.table, eventId, cursor.delivered, 1)).length > 0));
    if (!isRung) return result;
    windows = ran.windows;
    seen = undefined;
  }
}

interface Ran {
  result: RunResult;
  isLast: boolean;
  windows: number;
  cursor?: Cursor;
}

async function runWhileHeld(
  delivery: Delivery,
  eventId: string,
  held: { lease: Lease; cursor: Cursor },
  bounds: RunBounds,
  rung: JustWritten | undefined,
  before: number,
): Promise<Ran> {
  const { lease } = held;
  let { cursor } = held;
  // If it has to wait for its pace, others may join it.
  const isAlone = cursor.delivered + 1 === rung?.entry?.seq && cursor.nextWindowAt <= Date.now();
  let known = isAlone && rung?.entry ? { head: rung.head, entries: [rung.entry] } : undefined;
  let seen = rung?.head;
  try {
    for (let windows = before + 1; ; windows += 1) {
      if (cursor.nextWindowAt > bounds.beginUntil) {
        await lease.letGo();
        return { result: { state: 'early' }, isLast: true, windows };
      }
      // Whatever comes until then shares a frame.
      await sleepUntil(cursor.nextWindowAt);
      const { head, entries } = known ?? (await findWork(delivery, eventId, cursor, seen));
      let progress = cursor;
      let departures = 0;
      let hasLeft = false;
      if (entries.length > 0 || head.presence > cursor.presence) {
        const work = { entries, presence: head.presence };
        const done = await runWindow(delivery, eventId, lease, cursor, work, bounds.postUntil);
        progress = { ...cursor, ...done.progress };
        ({ departures, hasLeft } = done);
      }
      known = undefined;
      seen = undefined;
      // Who left in this window is news for the next one.
      const more = departures > 0 || entries.length === WINDOW_ENTRIES;
      // Who could not be served was rung for: the stream tries again.
      const isLast =
        hasLeft ||
        windows >= bounds.windows ||
        Math.max(Date.now(), progress.nextWindowAt) >= bounds.beginUntil;
      if (isLast || !more) {
        await lease.release(progress);
        const hasHole = !more && progress.delivered < head.seq;
        const result: RunResult = hasHole
          ? { state: 'hole', seq: progress.delivered + 1 }
          : { state: 'done', cursor: progress };
        return { result, isLast, windows, cursor: progress };
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

async function sleepUntil(time: number): Promise<void> {
  const left = time - Date.now();
  if (left > 0) await sleep(left);
}

async function findWork(
  { table }: Delivery,
  eventId: string,
  cursor: Cursor,
  seen?: EventHead,
): Promise<{ head: EventHead; entries: LogEntry[] }> {
  // The bell first: what is rung after this read is the next window's, also if this one finds it already.
  const head = seen ?? (await getEventHead(table, eventId));
  if (!head) throw new Error('The event has no head');
  return { head, entries: await readPrefix(table, eventId, cursor.delivered, WINDOW_ENTRIES) };
}
