import { forEachConcurrently } from '../concurrency.ts';
import { catchUp, deliverNow, isCaughtUp } from '../delivery/deliver.ts';
import {
  expireMembership,
  markConnectionLost,
  recoverableUntil,
  removeConnection,
} from '../delivery/departures.ts';
import { isExpired, tokenExpired } from '../identity.ts';
import type { Event } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';
import { type Connection, getConnection, isDue, listDue } from '../store/connections.ts';
import { getCursor } from '../store/cursor.ts';
import { getEventHead, signalPresence } from '../store/event-head.ts';
import { listAsEnded, listEvents } from '../store/events.ts';
import { readOutbox } from '../store/presence-outbox.ts';
import type { Chat } from './chat.ts';

const CONCURRENCY = 10;
/** Of the time there is, what events may take. */
const HEALING_FRACTION = 0.7;
/** So many connections one sweep looks after. */
const DUE_AT_ONCE = 2_000;
/** The end of an event is looked after this long, milliseconds. */
const ENDED_SINCE_MS = 24 * 3_600_000;

const expired: ServerEvent = { event: 'error', data: new ChatError('UNAUTHORIZED', tokenExpired).toData() };

/**
 * Heals, every minute, what nothing else has: connections whose time has passed (see `phases`), events whose head
 * changed in vain, outbox entries whose writer died before it signalled them, ends that are not in the lists. Works until `deadline`.
 */
export async function sweep(chat: Chat, deadline: number): Promise<void> {
  const now = Date.now();
  // First: anybody can leave any number of connections behind, and rooms are not to wait for them.
  const healUntil = now + HEALING_FRACTION * (deadline - now);
  for await (const { status, ids } of eventPages(chat, now)) {
    await forEachConcurrently(ids, CONCURRENCY, (eventId) =>
      separately(chat, { eventId }, () => heal(chat, eventId, status, healUntil)),
    );
  }
  const due: string[] = [];
  for await (const connectionId of listDue(chat.table, now)) {
    due.push(connectionId);
    if (due.length === DUE_AT_ONCE) break;
  }
  await forEachConcurrently(due, CONCURRENCY, async (connectionId) => {
    // What the minute does not suffice for waits for the next one.
    if (Date.now() < deadline) await separately(chat, { due: true }, () => reap(chat, connectionId, now));
  });
  if (due.length > 0) chat.log.info('handled connections that were due', { count: due.length });
}

/** Ends what is due: the membership of somebody who has been away for too long, or the connection. */
async function reap(chat: Chat, connectionId: string, now: number): Promise<void> {
  const connection = await getConnection(chat.table, connectionId);
  if (!connection || !isDue(connection, now)) return;
  const eventId = await endWhatIsDue(chat, connection, now);
  if (eventId !== undefined) await deliverNow(chat, eventId);
}

async function endWhatIsDue(chat: Chat, connection: Connection, now: number): Promise<string | undefined> {
  const { connectionId, lostAt } = connection;
  if (lostAt === undefined) {
    if (isExpired(connection, now)) await chat.send(connection, expired);
    // A client that has not said CONNECT, whose token has run out or that the two hours did not end, has to connect again.
    await chat.poster.close(connectionId);
    return markConnectionLost(chat, connectionId);
  }
  const until = recoverableUntil(chat, connection) ?? 0;
  return until > now ? expireMembership(chat, connectionId) : removeConnection(chat, connectionId);
}

/** One trouble is no other's. */
async function separately({ log }: Chat, what: object, work: () => Promise<void>): Promise<void> {
  await work().catch((error) =>
    log.error('the sweep failed on an event or a connection', { ...what, error }),
  );
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

async function heal(chat: Chat, eventId: string, listedAs: Event['status'], deadline: number): Promise<void> {
  const { table } = chat;
  const [head, cursor, outbox] = await Promise.all([
    getEventHead(table, eventId),
    getCursor(table, eventId),
    readOutbox(table, eventId),
  ]);
  if (!head || !cursor) return;
  if (listedAs === 'active' && head.endedAt !== undefined) await listAsEnded(table, eventId, head.endedAt);
  // Whoever wrote an entry or went live signals it next, or died before: to do it for them does no harm.
  const waits = outbox.length > 0 || Object.keys(cursor.pending).length > 0;
  if (waits) await signalPresence(table, eventId);
  if (waits || !isCaughtUp(head, cursor)) await catchUp(chat, eventId, deadline);
}
