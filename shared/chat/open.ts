import { sleep } from '../concurrency.ts';
import { encodeOpen } from '../protocol/socketio.ts';
import { getConnection } from '../store/connections.ts';
import type { Chat } from './chat.ts';
import { minutesBetweenPings } from './heartbeat-slots.ts';

/** API Gateway knows a connection within some tens of milliseconds; its client tries again by itself. Milliseconds. */
const GIVE_UP_AFTER_MS = 1_500;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 400;
/** After so many refusals, 150 ms, it is looked whether the client has hung up: anybody can shake hands and leave. */
const REFUSALS = 3;

/**
 * Sends a Socket.IO client the packet it waits for after the handshake. Until `$connect` has returned, and shortly after,
 * API Gateway says that the connection is gone: it is asked again. Safe to repeat.
 */
export async function open(
  { table, poster, log, settings }: Pick<Chat, 'table' | 'poster' | 'log' | 'settings'>,
  connectionId: string,
  sid: string,
): Promise<void> {
  const packet = encodeOpen(sid, 60_000 * minutesBetweenPings(settings));
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  let waitMs = FIRST_WAIT_MS;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await poster.post(connectionId, [packet]);
    if (outcome === 'delivered') return;
    const hasHungUp = attempt === REFUSALS && !(await getConnection(table, connectionId));
    if (hasHungUp || Date.now() + waitMs > giveUpAt)
      return log.info('the first packet could not be posted', { outcome, attempt });
    await sleep(waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}
