import { sleep } from '../sleep.ts';
import { getCursor } from '../store/cursor.ts';
import { LEASE_MS } from '../store/cursor-lease.ts';
import type { Table } from '../store/table.ts';

/** Many may wait for the same window: it is looked at less and less often. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 800;

/**
 * Resolves once no window is under way that began before the call: what such a window told others is in the news then.
 * Waits no longer than a dead holder's lease.
 */
export async function awaitWindow(table: Table, eventId: string): Promise<void> {
  const giveUpAt = Date.now() + LEASE_MS;
  const first = await getCursor(table, eventId);
  if (!first?.lease) return;
  for (let waitMs = FIRST_WAIT_MS; Date.now() < giveUpAt; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    await sleep(waitMs);
    const now = await getCursor(table, eventId);
    if (!now || now.lease !== first.lease) return;
    if (now.delivered !== first.delivered || now.presence !== first.presence) return;
  }
}
