import { forEachConcurrently } from '../concurrency.ts';
import { ringForPresence } from '../store/bell.ts';
import { deleteUnjoined, getConnection } from '../store/connections.ts';
import { leave } from '../store/memberships.ts';
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

const CONCURRENCY = 10;

interface HasConnection {
  connectionId: string;
}

/** Removes connections that are gone. One that fails is found gone again by the next window, or by the sweep. */
export async function forgetMembers(delivery: Delivery, members: readonly HasConnection[]): Promise<void> {
  await forEachConcurrently(members, CONCURRENCY, async ({ connectionId }) => {
    await forget(delivery, connectionId).catch((error) =>
      delivery.log.warn('a connection could not be removed', { error }),
    );
  });
}

/**
 * Disconnects and removes members that cannot be served as they are; they will come back. Resolves to those that could
 * not be disconnected: removed, they would stay connected and hear nothing.
 */
export async function dropMembers<Member extends HasConnection>(
  delivery: Delivery,
  members: readonly Member[],
): Promise<Member[]> {
  const closed: Member[] = [];
  const open: Member[] = [];
  await forEachConcurrently(members, CONCURRENCY, async (member) => {
    const isClosed = await delivery.poster.close(member.connectionId);
    (isClosed ? closed : open).push(member);
  });
  delivery.metrics.count('ConnectionsDropped', closed.length);
  await forgetMembers(delivery, closed);
  return open;
}
