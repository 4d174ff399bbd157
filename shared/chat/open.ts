import { sleep } from '../concurrency.ts';
import { encodeOpen } from '../protocol/socketio.ts';
import type { Chat } from './chat.ts';
import { minutesBetweenPings } from './heartbeat-slots.ts';

/** The client's own patience is 20 s, or the 5 s that we recommend. Milliseconds. */
const GIVE_UP_AFTER_MS = 5_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 400;

/**
 * Sends a Socket.IO client the packet it waits for after the handshake. Until `$connect` has returned, and shortly after,
 * API Gateway says that the connection is gone: it is asked again. Safe to repeat.
 */
export async function open(
  { poster, log, settings }: Pick<Chat, 'poster' | 'log' | 'settings'>,
  connectionId: string,
  sid: string,
): Promise<void> {
  const packet = encodeOpen(sid, 60_000 * minutesBetweenPings(settings));
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const outcome = await poster.post(connectionId, [packet]);
    if (outcome === 'delivered') return;
    // The client has gone, or will try again.
    if (Date.now() + waitMs > giveUpAt) return log.info('the first packet could not be posted', { outcome });
    await sleep(waitMs);
  }
}
