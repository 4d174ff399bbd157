import { sleep } from '../sleep.ts';
import { type Bell, getBell } from '../store/bell.ts';
import { type Cursor, getCursor } from '../store/cursor.ts';
import { logExpiry, putEntry } from '../store/log.ts';
import type { Delivery } from './delivery.ts';
import { runWindows } from './run-windows.ts';

/** A number that nothing stands on is closed after this; its writer, if alive, takes another. Milliseconds. */
const HOLE_MS = 1_000;
const BUSY_WAIT_MS = 100;
const HOLE_WAIT_MS = 50;
/** A sender serves others too while it holds the lease, but not for long: their rings are the stream's as well. */
const DIRECT_WINDOWS = 3;
const DIRECT_MS = 4_000;
/** After so many the stream's function looks whether what it came for is done. */
const STREAM_WINDOWS = 20;

/**
 * Delivers at once, in the Lambda that rang, if the audience is small. Never throws and needs not succeed: the bell
 * was rung, so the stream finishes what is left.
 */
export async function deliverNow(delivery: Delivery, eventId: string): Promise<void> {
  const { directAudienceMax } = delivery.settings;
  if (directAudienceMax === 0) return;
  try {
    const cursor = await getCursor(delivery.table, eventId, { consistent: false });
    if (!cursor || cursor.audience > directAudienceMax) return;
    await runWindows(delivery, eventId, { windows: DIRECT_WINDOWS, deadline: Date.now() + DIRECT_MS });
  } catch (error) {
    delivery.log.warn('left to the stream', { eventId, error });
  }
}

/**
 * Delivers all that was rung for before the call, no more: later rings have records of their own. Takes over from dead
 * holders, waits for living ones, closes holes. Finding nothing to do is usual: the sender has done it, or the record
 * was delivered before. Throws at `deadline` (milliseconds since the epoch); whoever called tries again.
 */
export async function catchUp(delivery: Delivery, eventId: string, deadline: number): Promise<void> {
  const { table } = delivery;
  const rung = await getBell(table, eventId);
  if (!rung) return;
  let hole: { seq: number; since: number } | undefined;
  for (;;) {
    const cursor = await getCursor(table, eventId);
    if (!cursor || isCaughtUp(rung, cursor)) return;
    if (Date.now() > deadline) throw new Error('Delivery has not caught up in time');
    const result = await runWindows(delivery, eventId, { windows: STREAM_WINDOWS, deadline });
    if (result.state === 'busy') await sleep(BUSY_WAIT_MS);
    if (result.state !== 'hole') continue;
    if (hole?.seq !== result.seq) hole = { seq: result.seq, since: Date.now() };
    if (Date.now() - hole.since >= HOLE_MS) await closeHole(delivery, eventId, hole.seq);
    await sleep(HOLE_WAIT_MS);
  }
}

export const isCaughtUp = (bell: Bell, cursor: Cursor): boolean =>
  cursor.delivered >= bell.seq && cursor.presence >= bell.presence;

/** Puts `void` where a writer died, or the end of the event where its announcer did. A late writer finds it taken. */
async function closeHole(
  { table, settings, metrics }: Delivery,
  eventId: string,
  seq: number,
): Promise<void> {
  const isEnd = (await getBell(table, eventId))?.endSeq === seq;
  const isClosed = await putEntry(
    table,
    eventId,
    { seq, kind: isEnd ? 'ended' : 'void' },
    logExpiry(settings),
  );
  if (isClosed) metrics.count('HolesClosed', 1);
}
