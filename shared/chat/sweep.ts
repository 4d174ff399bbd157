import { forEachConcurrently } from '../concurrency.ts';
import { listChanged } from '../store/changed-heads.ts';
import { listDue } from '../store/connections.ts';
import { listDueEvents } from '../store/due.ts';
import { listDeleted } from '../store/event-lists.ts';
import { listWaiting } from '../store/presence-outbox.ts';
import type { Chat } from './chat.ts';
import { continueDeletion } from './deletion/delete-event.ts';
import { doWhatIsDue } from './sweeping/due-events.ts';
import { heal } from './sweeping/heal.ts';
import { reap } from './sweeping/reap.ts';

const CONCURRENCY = 10;
/** Of the time there is, what events may take. */
const HEALING_FRACTION = 0.7;
/** So many connections one sweep looks after. */
const DUE_AT_ONCE = 2_000;
/** Deletions take so much of a sweep, milliseconds: by then the next one runs. */
const DELETION_MS = 45_000;

/**
 * Does, every minute, what nothing else has: delivers events whose heads changed in vain, signals outbox entries whose writer died
 * before it could, ends and deletes events whose time has come, and looks after connections whose time has passed (see
 * `phases`). All of that is found in the index: what is idle costs nothing. Works until `deadline`.
 */
export async function sweep(chat: Chat, deadline: number): Promise<void> {
  const { table } = chat;
  const now = Date.now();
  // First: anybody can leave any number of connections behind, and rooms are not to wait for them.
  const healUntil = now + HEALING_FRACTION * (deadline - now);
  await forEachConcurrently(listDueEvents(table, now), CONCURRENCY, (due) =>
    separately(chat, { eventId: due.eventId }, () => doWhatIsDue(chat, due, now)),
  );
  const waiting = await listWaiting(table);
  const changed = await listChanged(table);
  await forEachConcurrently(new Set([...waiting, ...changed]), CONCURRENCY, (eventId) =>
    separately(chat, { eventId }, () => heal(chat, eventId, waiting.has(eventId), healUntil)),
  );
  const due: string[] = [];
  for await (const connectionId of listDue(table, now)) {
    due.push(connectionId);
    if (due.length === DUE_AT_ONCE) break;
  }
  await forEachConcurrently(due, CONCURRENCY, async (connectionId) => {
    // What the minute does not suffice for waits for the next one.
    if (Date.now() < deadline) await separately(chat, { due: true }, () => reap(chat, connectionId, now));
  });
  if (due.length > 0) chat.log.info('handled connections that were due', { count: due.length });
  const deleteUntil = Math.min(deadline, Date.now() + DELETION_MS);
  for (const eventId of await listDeleted(table)) {
    await separately(chat, { eventId }, () => continueDeletion(chat, eventId, deleteUntil));
  }
}

/** One trouble is no other's. */
async function separately({ log }: Chat, what: object, work: () => Promise<void>): Promise<void> {
  await work().catch((error) =>
    log.error('the sweep failed on an event or a connection', { ...what, error }),
  );
}
