import { forEachConcurrently } from '../concurrency.ts';
import { catchUp, isCaughtUp } from '../delivery/deliver.ts';
import type { Event } from '../protocol/entities.ts';
import { getBell, ringForPresence } from '../store/bell.ts';
import { listExpired } from '../store/connections.ts';
import { getCursor } from '../store/cursor.ts';
import { listAsEnded, listEvents } from '../store/events.ts';
import { readNotes } from '../store/presence.ts';
import type { Chat } from './chat.ts';
import { disconnect } from './disconnect.ts';

const CONCURRENCY = 10;
/** The end of an event is looked after this long, milliseconds. */
const ENDED_SINCE_MS = 3_600_000;

/**
 * Heals, every minute, what nothing else has: connections whose time has passed without a `$disconnect`, events whose
 * bell rang in vain, notes whose writer died before it rang, ends that are not in the lists. Works until `deadline`.
 */
export async function sweep(chat: Chat, deadline: number): Promise<void> {
  const now = Date.now();
  const expired: string[] = [];
  for await (const connectionId of listExpired(chat.table, now)) expired.push(connectionId);
  await forEachConcurrently(expired, CONCURRENCY, (connectionId) => disconnect(chat, connectionId));
  for await (const { status, ids } of eventPages(chat, now)) {
    await forEachConcurrently(ids, CONCURRENCY, (eventId) => heal(chat, eventId, status, deadline));
  }
  if (expired.length > 0) chat.log.info('expired connections removed', { count: expired.length });
}

async function* eventPages({ table }: Chat, now: number) {
  const queries = [{ status: 'active' }, { status: 'ended', since: now - ENDED_SINCE_MS }] as const;
  for (const query of queries) {
    let from: string | undefined;
    do {
      const page = await listEvents(table, { ...query, limit: 100, from });
      yield { status: query.status, ids: page.ids };
      from = page.next;
    } while (from !== undefined);
  }
}

/** One event's trouble is no other's. */
async function heal(chat: Chat, eventId: string, listedAs: Event['status'], deadline: number): Promise<void> {
  const { table, log } = chat;
  try {
    const [bell, cursor, [note]] = await Promise.all([
      getBell(table, eventId),
      getCursor(table, eventId),
      readNotes(table, eventId, 1),
    ]);
    if (!bell || !cursor) return;
    if (listedAs === 'active' && bell.endedAt !== undefined) await listAsEnded(table, eventId, bell.endedAt);
    // Whoever left a note rings next, or died before: ringing for them does no harm.
    if (note) await ringForPresence(table, eventId);
    if (note || !isCaughtUp(bell, cursor)) await catchUp(chat, eventId, deadline);
  } catch (error) {
    log.error('sweep failed for an event', { eventId, error });
  }
}
