import { listMembers, type Member } from '../store/audience.ts';
import type { Cursor, Seen } from '../store/cursor.ts';
import { type LogEntry, readLog } from '../store/log.ts';
import { deleteNotes, type PresenceNote, readNotes } from '../store/presence.ts';
import { composer } from './compose.ts';
import type { Delivery } from './delivery.ts';
import { dropMembers } from './forget.ts';
import type { Lease } from './lease.ts';
import { postToAll } from './post-to-all.ts';
import { presenceChanges } from './presence-changes.ts';

/** A join that takes longer than its Lambda may run has died, and its member waits in vain. Milliseconds. */
const HELD_TOO_LONG_MS = 20_000;

/**
 * One window: posts to every member what it has not had yet, in one frame as far as it fits. The caller holds the
 * lease and has claimed the entries. Returns what to write down, and how many members were lost.
 */
export async function runWindow(
  delivery: Delivery,
  eventId: string,
  lease: Lease,
  cursor: Cursor,
  { entries, presence }: { entries: LogEntry[]; presence: number },
): Promise<{ seen: Seen; lost: number }> {
  const { table } = delivery;
  const members: Member[] = [];
  for await (const page of listMembers(table, eventId)) members.push(...page);
  // After the listing: whoever came or went in between has left a note, and the notes are right.
  const notes = await readNotes(table, eventId);

  const changes = presenceChanges(notes, members);
  const { positions, pending } = place(cursor, members);
  const backlog = await readBacklog(delivery, eventId, cursor, positions);
  const framesFor = await composer(delivery, eventId, {
    log: [...backlog, ...entries],
    changes,
    notes,
    audience: members.length,
  });

  const audience = [...members, ...newcomers(notes, members)];
  const { lost, unserved } = await postToAll(delivery, eventId, lease, audience, (member) =>
    framesFor(member, positions.get(member.connectionId) ?? Number.POSITIVE_INFINITY),
  );
  for (const connectionId of unserved) {
    pending[connectionId] = positions.get(connectionId) ?? cursor.delivered;
  }
  const stuck = members.filter(
    ({ state, heldSince }) => state === 'held' && heldSince < Date.now() - HELD_TOO_LONG_MS,
  );
  await dropMembers(delivery, stuck);
  // Before the lease goes: the next holder must not announce them again.
  await deleteNotes(table, eventId, notes);
  delivery.metrics.count('Windows', 1);
  return {
    lost: lost + stuck.length,
    seen: {
      delivered: entries.at(-1)?.seq ?? cursor.delivered,
      presence,
      audience: members.length,
      participantCount: changes.participantCount,
      pending,
    },
  };
}

/**
 * After which seq each live member is served: usually what was delivered before; more if it went live with a history
 * that reached further, less if windows passed it by. Held members have no position yet: they are remembered in
 * `pending`, with the first thing they miss.
 */
function place({ delivered, pending: before }: Cursor, members: readonly Member[]) {
  const pending: Record<string, number> = {};
  const positions = new Map<string, number>();
  for (const { connectionId, state, after = 0 } of members) {
    const missedFrom = before[connectionId] ?? delivered;
    if (state === 'held') pending[connectionId] = missedFrom;
    else positions.set(connectionId, Math.max(missedFrom, after));
  }
  return { pending, positions };
}

/** What windows have delivered already, to all but some who are live now. */
async function readBacklog(
  { table }: Delivery,
  eventId: string,
  { delivered }: Cursor,
  positions: ReadonlyMap<string, number>,
): Promise<LogEntry[]> {
  const backlog: LogEntry[] = [];
  let first = delivered;
  for (const position of positions.values()) first = Math.min(first, position);
  for await (const entry of readLog(table, eventId, { after: first, upTo: delivered, pageSize: 100 })) {
    backlog.push(entry);
  }
  return backlog;
}

/** Who joined after the listing: held, so the log is not for them, but what is announced now they may have missed. */
function newcomers(notes: readonly PresenceNote[], members: readonly Member[]) {
  const listed = new Set(members.map((member) => member.connectionId));
  const last = new Map(notes.map((note) => [note.connectionId, note]));
  return [...last.values()].filter(({ kind, connectionId }) => kind !== 'left' && !listed.has(connectionId));
}
