import type { Place } from '../../protocol/offset.ts';
import type { Cursor } from '../../store/cursor.ts';
import {
  type PresenceRecord,
  partsOf,
  putPresenceRecords,
  readPresenceHistory,
} from '../../store/presence-history.ts';
import { type OutboxEntry, readOutbox } from '../../store/presence-outbox.ts';
import { timing } from '../../timing.ts';
import { presenceChanges } from '../content/presence-changes.ts';
import type { Delivery } from '../types.ts';
import { type AudienceMember, hasName } from './audience.ts';
import type { Lease } from './lease-holder.ts';

interface Presence {
  /** All records after the place that was asked for, this window's last. */
  history: PresenceRecord[];
  /** Whether this window has added one. */
  hasRecorded: boolean;
  /** The entries of the outbox: all are recorded now, and to be removed once that this was told is written down. */
  outbox: OutboxEntry[];
  participantCount: number;
}

/**
 * Puts what waits in the outbox into the presence history, as what this window tells. Before it is told: whoever is skipped
 * or cut off finds it there, and so does the next holder of the lease if this one dies.
 */
export async function recordPresence(
  { table, settings }: Delivery,
  eventId: string,
  lease: Lease,
  {
    cursor,
    members,
    upTo,
    from,
    isSignalled,
  }: {
    cursor: Cursor;
    /** Listed before: who came or went since has an entry. With names, if it is signalled. */
    members: readonly AudienceMember[];
    /** The log that the window tells with it. */
    upTo: number;
    from: Place;
    isSignalled: boolean;
  },
): Promise<Presence> {
  // The last record that was told, too: its entries may still be there.
  const after = Math.min(from.presence, isSignalled ? cursor.presence - 1 : cursor.presence);
  const [outbox, records] = await Promise.all([
    isSignalled ? readOutbox(table, eventId) : ([] as OutboxEntry[]),
    after < cursor.presence ? readPresenceHistory(table, eventId, after) : ([] as PresenceRecord[]),
  ]);
  // A record that a dead holder has left is told with its outbox entries, by a window that was signalled.
  const history = records.filter(({ number }) => isSignalled || number <= cursor.presence);
  const recorded = new Set(history.flatMap((record) => record.outbox));
  const waiting = outbox.filter(({ ulid }) => !recorded.has(ulid));
  if (waiting.length === 0) {
    const participantCount = new Set(members.map(({ participant }) => participant.id)).size;
    return { history, hasRecorded: false, outbox, participantCount };
  }
  const changes = presenceChanges(waiting, members.filter(hasName));
  const record = {
    number: Math.max(cursor.presence, history.at(-1)?.number ?? 0) + 1,
    after: cursor.delivered,
    upTo,
    changes,
    summarize: members.length > settings.presenceSummaryAbove,
    outbox: outbox.map(({ ulid }) => ulid),
  };
  const keptMs = settings.recoverySeconds * 1000 + timing.presenceHistoryMs;
  lease.check();
  const parts = partsOf(record);
  await putPresenceRecords(table, eventId, parts, Date.now() + keptMs);
  history.push(...parts);
  return { history, hasRecorded: true, outbox, participantCount: changes.participantCount };
}
