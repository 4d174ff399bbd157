import { sleep } from '../concurrency.ts';
import { type Cursor, getCursor } from '../store/cursor.ts';
import { type EventHead, getEventHead, wakeStream } from '../store/event-head.ts';
import { logExpiry, putEntry } from '../store/log.ts';
import { timing } from '../timing.ts';
import type { Delivery } from './types.ts';
import { untilReactions } from './window/reactions.ts';
import { type KnownState, runWindows } from './window/run-windows.ts';

const DIRECT_WINDOWS = 3;
/** After so many the stream's function looks whether what it came for is done. */
const STREAM_WINDOWS = 20;
/** The fraction of the time there is in which windows may begin; the rest is for ending them. */
const BEGIN_FRACTION = 0.75;

/** The cursor as it was lately: for `deliverNow`, to be asked while there is something else to do. Undefined: not to be had. */
export async function recentCursor({ table, log }: Delivery, eventId: string): Promise<Cursor | undefined> {
  try {
    return await getCursor(table, eventId, { consistent: false });
  } catch (error) {
    log.warn('the cursor could not be read', { eventId, error });
    return undefined;
  }
}

/**
 * Delivers at once, in the Lambda that wrote, if the audience is small. Never throws and need not succeed: the head has
 * changed, so the stream finishes what is left. `written` is what the caller has just put into the log, if they have.
 */
export async function deliverNow(
  delivery: Delivery,
  eventId: string,
  { seen, written }: { seen?: Cursor | undefined; written?: KnownState | undefined } = {},
): Promise<void> {
  const { directAudienceMax } = delivery.settings;
  if (directAudienceMax === 0) return;
  const cursor = seen ?? (await recentCursor(delivery, eventId));
  if (!cursor || cursor.audience > directAudienceMax) return;
  const beginUntil = Date.now() + timing.directMs;
  const bounds = { windows: DIRECT_WINDOWS, beginUntil, postUntil: beginUntil };
  try {
    await runWindows(delivery, eventId, bounds, written);
  } catch (error) {
    delivery.log.warn('direct delivery failed, the stream will deliver', { eventId, error });
  }
}

/**
 * Delivers at least what was written before the call, and waits for no more: later writes wake the stream again. Takes over from dead
 * holders, waits for living ones, closes holes. Finding nothing to do is usual: the sender has done it, or the record
 * was delivered before. Throws well before `deadline` (milliseconds since the epoch); whoever called tries again.
 */
export async function catchUp(delivery: Delivery, eventId: string, deadline: number): Promise<void> {
  const { table } = delivery;
  const beginUntil = Date.now() + BEGIN_FRACTION * (deadline - Date.now());
  const bounds = { windows: STREAM_WINDOWS, beginUntil, postUntil: deadline };
  const goal = await getEventHead(table, eventId);
  if (!goal) return;
  let hole: { seq: number; since: number } | undefined;
  let head: EventHead | undefined = goal;
  for (;;) {
    const cursor = await getCursor(table, eventId);
    if (!cursor || isCaughtUpForAll(goal, cursor)) return;
    if (isCaughtUp(goal, cursor) && !(await awaitViewersTurn(delivery, eventId, goal, cursor))) return;
    if (Date.now() > beginUntil) throw new Error('Delivery has not caught up in time');
    if (isHeld(cursor)) {
      await sleep(timing.busyWaitMs);
      continue;
    }
    const reactionsMs = untilReactions(head ?? goal, cursor);
    if (reactionsMs > 0) {
      // What is written meanwhile does not wait with them.
      await sleep(Math.min(reactionsMs, timing.busyWaitMs));
      head = await getEventHead(table, eventId);
      continue;
    }
    const result = await runWindows(delivery, eventId, bounds, head && { head });
    head = undefined;
    if (result.state === 'done' && isCaughtUpForAll(goal, result.progress)) return;
    if (result.state === 'early') throw new Error('The pace allows the next window only after the deadline');
    if (result.state !== 'hole') continue;
    if (hole?.seq !== result.seq) hole = { seq: result.seq, since: Date.now() };
    if (Date.now() - hole.since >= timing.holeMs) await closeHole(delivery, eventId, hole.seq);
    await sleep(timing.holeWaitMs);
  }
}

/** Whether somebody runs windows, or died less than a lease ago. */
export const isHeld = ({ lease, leaseUntil = 0 }: Cursor) => lease !== undefined && leaseUntil > Date.now();

/** Only those who watch are left to be served. False: another invocation looks after that. */
async function awaitViewersTurn(
  { table }: Delivery,
  eventId: string,
  goal: EventHead,
  { viewers }: Cursor,
): Promise<boolean> {
  const waitMs = viewers.nextAt - Date.now();
  if (waitMs <= 0) return true;
  // Other events may wait for this invocation.
  await sleep(Math.min(waitMs, timing.viewersWaitMs));
  const head = await getEventHead(table, eventId);
  // What has changed it wakes the stream, too, or has already.
  if (!head || !isCaughtUp(head, { ...goal, delivered: goal.seq })) return false;
  if (waitMs <= timing.viewersWaitMs) return true;
  await wakeStream(table, eventId);
  return false;
}

/** The same for those who watch, whom windows may pass by. */
export const isCaughtUpForAll = (
  head: EventHead,
  cursor: Pick<Cursor, 'delivered' | 'outbox' | 'reactions' | 'viewers'>,
) => isCaughtUp(head, cursor) && isCaughtUp(head, cursor.viewers);

export const isCaughtUp = (
  head: EventHead,
  { delivered, outbox, reactions }: Pick<Cursor, 'delivered' | 'outbox' | 'reactions'>,
): boolean => delivered >= head.seq && outbox >= head.outbox && reactions >= head.reactions;

/** Puts `void` where a writer died, or the end of the event where its announcer did. A late writer finds it taken. */
async function closeHole(
  { table, settings, metrics }: Delivery,
  eventId: string,
  seq: number,
): Promise<void> {
  const isEnd = (await getEventHead(table, eventId))?.endSeq === seq;
  const isClosed = await putEntry(
    table,
    eventId,
    { seq, kind: isEnd ? 'ended' : 'void' },
    logExpiry(settings),
  );
  if (isClosed) metrics.count('HolesClosed', 1);
}
