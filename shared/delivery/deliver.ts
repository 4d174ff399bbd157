import { sleep } from '../sleep.ts';
import { type Bell, getBell } from '../store/bell.ts';
import { type Cursor, getCursor } from '../store/cursor.ts';
import { putEntry } from '../store/log.ts';
import type { Delivery } from './delivery.ts';
import { runWindows } from './run-windows.ts';

/** A number that nothing stands on is closed after this; its writer, if alive, takes another. Milliseconds. */
const HOLE_MS = 1_000;
const BUSY_WAIT_MS = 100;
const HOLE_WAIT_MS = 50;
/** A sender serves others too while it holds the lease, but not for ever: their rings are the stream's as well. */
const DIRECT_ROUNDS = 3;
/** The stream looks up between rounds: at what it came for, and at the clock. */
const STREAM_ROUNDS = 20;

/**
 * Delivers at once, in the Lambda that rang, if the audience is small. Never throws and needs not succeed: the bell
 * was rung, so the stream finishes what is left.
 */
export async function deliverNow(delivery: Delivery, eventId: string): Promise<void> {
  const { directAudienceMax } = delivery.settings;
  if (directAudienceMax === 0) return;
  try {
    const cursor = await getCursor(delivery.table, eventId, false);
    if (!cursor || cursor.audience > directAudienceMax) return;
    await runWindows(delivery, eventId, DIRECT_ROUNDS);
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
    const result = await runWindows(delivery, eventId, STREAM_ROUNDS);
    if (result.state === 'busy') await sleep(BUSY_WAIT_MS);
    if (result.state !== 'hole') continue;
    if (hole?.seq !== result.seq) hole = { seq: result.seq, since: Date.now() };
    if (Date.now() - hole.since >= HOLE_MS) await closeHole(delivery, eventId, hole.seq);
    else await sleep(HOLE_WAIT_MS);
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

/** When an entry that is written now goes, milliseconds since the epoch. */
export const logExpiry = ({ messageRetentionDays }: { messageRetentionDays: number }): number =>
  Date.now() + messageRetentionDays * 24 * 3_600_000;
