import { sleep } from '../../concurrency.ts';
import type { Cursor } from '../../store/cursor.ts';
import type { Progress } from '../../store/cursor-lease.ts';
import { type EventHead, getEventHead } from '../../store/event-head.ts';
import type { LogEntry } from '../../store/log.ts';
import { readPrefix } from '../../store/read-log.ts';
import type { Delivery } from '../types.ts';
import { type Lease, withLease } from './lease-holder.ts';
import { areReactionsDue } from './reactions.ts';
import { areViewersBehind, isTheirTurn } from './viewers.ts';
import { runWindow, type WindowDone } from './window.ts';

/** Entries that one window takes at most, and what they come to in frames, bytes; the next one takes the rest. */
const WINDOW_ENTRIES = 500;
const WINDOW_BYTES = 512 * 1024;
/** Of an audience that takes a second or more for each frame: with one more message this is still one frame. */
const ONE_FRAME_BYTES = 25 * 1024;

/**
 * `busy`: another holds the lease, and looks once more after letting go. `hole`: all is done up to a number that nothing
 * stands on yet. `early`: the pace allows no window within bounds.
 */
export type RunResult =
  | { state: 'busy' | 'early' }
  | { state: 'done'; progress: Progress }
  | { state: 'hole'; seq: number };

/** When to stop although more may be left: the stream was woken too, and continues. Times are milliseconds since the epoch. */
export interface RunBounds {
  /** After so many windows. */
  windows: number;
  /** No window begins after this. */
  beginUntil: number;
  /** What a window has not posted by then is left to the next one. */
  postUntil: number;
}

/** The head as the caller has just written or read it, and the entry that they put on its number, if they did. */
export interface KnownState {
  head: EventHead;
  entry?: LogEntry;
}

/**
 * Runs windows of one event until nothing is left, within bounds. If the lease is taken, does nothing: its holder
 * reads the head once more after releasing it. `written` saves the first read of the head, and of the log if its entry is the next
 * one. Throws when the lease was lost or nobody could be served: log and cursor then say what is still to do.
 */
export async function runWindows(
  delivery: Delivery,
  eventId: string,
  bounds: RunBounds,
  written?: KnownState,
): Promise<RunResult> {
  let windowsLeft = bounds.windows;
  for (let known = written; ; known = undefined) {
    const run = await withLease(delivery.table, eventId, async (lease, cursor) => {
      const result = await runWhileHeld(
        delivery,
        eventId,
        lease,
        cursor,
        { ...bounds, windows: windowsLeft },
        known,
      );
      return { result, progress: result.progress };
    });
    if (!run) return { state: 'busy' };
    const { result, progress, isOver } = run;
    await run.cleanUp();
    if (isOver || !progress || !(await isMoreToDo(delivery, eventId, progress))) return result;
    windowsLeft = run.windowsLeft;
  }
}

interface Run {
  result: RunResult;
  /** What was done; undefined: nothing. */
  progress: Progress | undefined;
  /** See `WindowDone`; of the last window. */
  cleanUp(): Promise<void>;
  /** The bounds allow no more. */
  isOver: boolean;
  windowsLeft: number;
}

async function runWhileHeld(
  delivery: Delivery,
  eventId: string,
  lease: Lease,
  start: Cursor,
  bounds: RunBounds,
  written: KnownState | undefined,
): Promise<Run> {
  let cursor = start;
  let known = written;
  for (let windowsLeft = bounds.windows - 1; ; windowsLeft -= 1) {
    if (cursor.nextWindowAt > bounds.beginUntil) {
      return { result: { state: 'early' }, progress: undefined, cleanUp: nothing, isOver: true, windowsLeft };
    }
    const work = await findWork(delivery, eventId, cursor, known);
    known = undefined;
    const { progress, cleanUp, departures, hasUnserved } = isWork(work, cursor, delivery)
      ? await runWindow(delivery, eventId, lease, cursor, work, bounds.postUntil)
      : nothingDone(cursor);
    const isMore = departures > 0 || work.isMore;
    const isOver =
      // They would fail again at once: the stream tries later.
      hasUnserved || windowsLeft <= 0 || Math.max(Date.now(), progress.nextWindowAt) >= bounds.beginUntil;
    if (isOver || !isMore) {
      const hasHole = !isMore && progress.delivered < work.head.seq;
      const result: RunResult = hasHole
        ? { state: 'hole', seq: progress.delivered + 1 }
        : { state: 'done', progress };
      return { result, progress, cleanUp, isOver, windowsLeft };
    }
    cursor = await lease.settle(progress);
    await cleanUp();
  }
}

interface Found {
  head: EventHead;
  entries: LogEntry[];
  /** More than one window takes. */
  isMore: boolean;
  outbox: number;
  reactions: number;
}

/** Waits until the pace allows a window, and looks what there is to do then: whatever came meanwhile shares a frame. */
async function findWork(
  { table, settings }: Delivery,
  eventId: string,
  { audience, delivered, nextWindowAt }: Cursor,
  written: KnownState | undefined,
): Promise<Found> {
  const waitMs = nextWindowAt - Date.now();
  if (written?.entry && waitMs <= 0 && delivered + 1 === written.entry.seq) {
    const { head, entry } = written;
    return { head, entries: [entry], isMore: false, outbox: head.outbox, reactions: head.reactions };
  }
  if (waitMs > 0) await sleep(waitMs);
  // The head first: what is written after this read is the next window's, also if this one finds it already.
  const head = (waitMs <= 0 && written?.head) || (await getEventHead(table, eventId));
  if (!head) throw new Error('The event has no event head');
  // A second frame to everybody that is hardly filled would hold up what comes meanwhile, and is better filled with that.
  const maxBytes = audience >= settings.eventFramesPerSecond ? ONE_FRAME_BYTES : WINDOW_BYTES;
  const most = { entries: WINDOW_ENTRIES, bytes: maxBytes };
  const { entries, isCut } = await readPrefix(table, eventId, delivered, most);
  return { head, entries, isMore: isCut, outbox: head.outbox, reactions: head.reactions };
}

const isWork = (found: Found, cursor: Cursor, { settings }: Delivery): boolean =>
  found.entries.length > 0 ||
  found.outbox > cursor.outbox ||
  areReactionsDue(found, cursor) ||
  (areViewersBehind(cursor) && isTheirTurn(cursor, settings, Date.now()));

const nothing = async () => {};

const nothingDone = (cursor: Cursor): WindowDone => ({
  progress: cursor,
  cleanUp: nothing,
  departures: 0,
  hasUnserved: false,
});

/** Whether somebody wrote, and left because the lease was taken. */
async function isMoreToDo({ table }: Delivery, eventId: string, progress: Progress): Promise<boolean> {
  const head = await getEventHead(table, eventId);
  if (!head) return false;
  const { outbox, delivered } = progress;
  if (head.outbox > outbox || areReactionsDue(head, progress)) return true;
  // A number without an entry yet is no work: whoever puts it there comes for the lease.
  return head.seq > delivered && (await readPrefix(table, eventId, delivered, { entries: 1 })).isCut;
}
