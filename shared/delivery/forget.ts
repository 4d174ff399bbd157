import { leave } from '../store/audience.ts';
import { ringForPresence } from '../store/bell.ts';
import { deleteUnjoined, getConnection } from '../store/connections.ts';
import type { Delivery } from './delivery.ts';

/**
 * Removes a connection that is gone, however that was learned: `$disconnect`, a 410, its time has passed. Safe to
 * repeat and to run at the same time: one caller succeeds, so its event hears of one departure. Resolves to the
 * event it was in, if it left one.
 */
export async function forget(
  { table }: Pick<Delivery, 'table'>,
  connectionId: string,
): Promise<string | undefined> {
  // Every failure means that a join or a leave came in between: look again.
  for (;;) {
    const connection = await getConnection(table, connectionId);
    if (!connection) return undefined;
    const { membership } = connection;
    if (!membership) {
      if (await deleteUnjoined(table, connectionId)) return undefined;
    } else if (await leave(table, connectionId, membership, { forget: true })) {
      await ringForPresence(table, membership.eventId);
      return membership.eventId;
    }
  }
}
