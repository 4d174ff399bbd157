import { limits } from '../../protocol/limits.ts';
import type { Place } from '../../protocol/offset.ts';
import type { Cursor } from '../../store/cursor.ts';
import {
  type PresenceChanges,
  type PresenceRecord,
  putPresenceRecord,
  readPresenceHistory,
} from '../../store/presence-history.ts';
import { type OutboxEntry, readOutbox } from '../../store/presence-outbox.ts';
import { timing } from '../../timing.ts';
import { presenceChanges, tabsAnnounced } from '../content/presence-changes.ts';
import type { Delivery } from '../types.ts';
import { type AudienceMember, hasName } from './audience.ts';
import type { Lease } from './lease-holder.ts';

/** So many changes one window records, the oldest first: their ids fit into an item beside those of the last window. */
export const CHANGES = 4_000;
/** So many people one window tells of one by one, however small the audience: each of them hears a version of their own. */
const TOLD_ONE_BY_ONE = 100;
/** One more than is named: it may be the one who hears it. */
const NAMED = limits.namesInSummary + 1;
/** Of the records that nobody has been told, since windows failed, the last so many are. */
const UNTOLD = 20;
/** Whoever is behind by more records than this hears only the last ones. */
const BEHIND = 200;
/** The lease was taken so often in vain: perhaps it is presence that its holders die of. */
const TAKES_IN_VAIN = 4;

interface Presence {
  /** The records after the place that was asked for, this window's last; not more than are told. */
  history: PresenceRecord[];
  /** Whether this window has added one. */
  hasRecorded: boolean;
  /** What waits in the outbox. */
  outbox: OutboxEntry[];
  /** Those that are recorded now, and to be removed once that this was told is written down. */
  recorded: OutboxEntry[];
  /** All who have a new name, also where not all are told of. */
  renamed: PresenceChanges['renamed'];
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
  const wanted = Math.min(from.presence, isSignalled ? cursor.presence - 1 : cursor.presence);
  const after = Math.max(wanted, cursor.presence - BEHIND);
  const [outbox, records] = await Promise.all([
    isSignalled ? readOutbox(table, eventId) : ([] as OutboxEntry[]),
    after < cursor.presence ? readPresenceHistory(table, eventId, after) : ([] as PresenceRecord[]),
  ]);
  // A record that a dead holder has left is told with its outbox entries, by a window that was signalled.
  const history = records.filter(({ number }) => isSignalled || number <= cursor.presence);
  const before = new Set(history.flatMap((record) => record.outbox));
  const waiting = outbox.filter(({ ulid }) => !before.has(ulid));
  const untold = history.filter(({ number }) => number > cursor.presence);
  const renamed = untold.flatMap((record) => record.changes.renamed);
  if (waiting.length === 0) {
    const participantCount = new Set(members.map(({ participant }) => participant.id)).size;
    return {
      history: toldOf(history, cursor),
      hasRecorded: false,
      renamed,
      outbox,
      recorded: outbox,
      participantCount,
    };
  }
  const taken = waiting.slice(0, CHANGES);
  const left = new Set(waiting.slice(CHANGES));
  const recorded = outbox.filter((entry) => !left.has(entry));
  const changes = presenceChanges(taken, tabsAnnounced([...left], members.filter(hasName)));
  const isLarge = members.length + cursor.viewers.count > settings.presenceSummaryAbove;
  const told = boundedChanges(changes, { isLarge, isFatal: isFatal(cursor) });
  const record = {
    number: Math.max(cursor.presence, history.at(-1)?.number ?? 0) + 1,
    after: cursor.delivered,
    upTo,
    ...told,
    outbox: recorded.map(({ ulid }) => ulid),
  };
  const keptMs = settings.recoverySeconds * 1000 + timing.presenceHistoryMs;
  lease.check();
  await putPresenceRecord(table, eventId, record, Date.now() + keptMs);
  history.push(record);
  renamed.push(...changes.renamed);
  const { participantCount } = changes;
  return { history: toldOf(history, cursor), hasRecorded: true, outbox, recorded, renamed, participantCount };
}

/** Presence may be given up, so that messages are not. */
function toldOf(history: PresenceRecord[], cursor: Cursor): PresenceRecord[] {
  const { presence } = cursor;
  const newest = history.at(-1)?.number ?? presence;
  if (isFatal(cursor)) return history.filter(({ number }) => number === newest);
  return history.filter(({ number }) => number <= presence || number > newest - UNTOLD);
}

const isFatal = ({ takes = 1 }: Cursor): boolean => takes > TAKES_IN_VAIN;

/** What is told of changes, and how: so few are named that the versions of a window do not grow with it. */
export function boundedChanges(
  { joined, left, renamed, participantCount }: PresenceChanges,
  { isLarge, isFatal = false }: { isLarge: boolean; isFatal?: boolean },
): Pick<PresenceRecord, 'changes' | 'summarize'> {
  const summarize = isLarge || joined.length + left.length + renamed.length > TOLD_ONE_BY_ONE;
  const most = isFatal ? 0 : summarize ? NAMED : TOLD_ONE_BY_ONE;
  const changes = {
    joined: joined.slice(0, most),
    left: left.slice(0, most),
    renamed: renamed.slice(0, most),
    participantCount,
  };
  return { changes, summarize };
}
