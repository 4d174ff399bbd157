import { sleep } from '../sleep.ts';
import { getCursor, LEASE_MS } from '../store/cursor.ts';
import type { Table } from '../store/table.ts';

const LOOK_EVERY_MS = 50;

/**
 * Resolves once no window is under way that began before the call: what such a window told others is in the news then.
 * Waits no longer than a dead holder's lease.
 */
export async function awaitWindow(table: Table, eventId: string): Promise<void> {
  const giveUpAt = Date.now() + LEASE_MS;
  const first = await getCursor(table, eventId);
  if (!first?.lease) return;
  while (Date.now() < giveUpAt) {
    await sleep(LOOK_EVERY_MS);
    const now = await getCursor(table, eventId);
    if (!now || now.lease !== first.lease) return;
    if (now.delivered !== first.delivered || now.presence !== first.presence) return;
  }
}
