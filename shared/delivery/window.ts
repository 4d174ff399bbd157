import { isSocketIo } from '../protocol/wire.ts';
import type { Cursor, Progress } from '../store/cursor.ts';
import { type LogEntry, readLog } from '../store/log.ts';
import { listMembers, type Member } from '../store/members.ts';
import { renameTab } from '../store/memberships.ts';
import { type PresenceChanges, partsOf, putNews } from '../store/news.ts';
import { deleteNotes, readNotes } from '../store/presence.ts';
import { composer, eventsOf, type Story } from './compose.ts';
import type { Delivery } from './delivery.ts';
import { dropMembers } from './forget.ts';
import type { Lease } from './lease.ts';
import { postToAll } from './post-to-all.ts';
import { presenceChanges, tabKey } from './presence-changes.ts';

/** A join that takes longer than its Lambda may run has died, and its member waits in vain. Milliseconds. */
const HELD_TOO_LONG_MS = 20_000;

/**
 * One window: posts to every member what it has not had yet, in one frame as far as it fits. The caller holds the
 * lease and has claimed the entries. Returns what to write down, and how many members left on the way.
 */
export async function runWindow(
  delivery: Delivery,
  eventId: string,
  lease: Lease,
  cursor: Cursor,
  { entries, presence }: { entries: LogEntry[]; presence: number },
): Promise<{ progress: Progress; departures: number }> {
  const { table, settings } = delivery;
  const members: Member[] = [];
  for await (const page of listMembers(table, eventId)) members.push(...page);
  // After the listing: whoever came or went in between has left a note, and the notes are right.
  const notes = await readNotes(table, eventId);

  const changes = presenceChanges(notes, members);
  const { positions, pending } = place(cursor, members);
  const backlog = await readBacklog(delivery, eventId, cursor, positions);
  const delivered = entries.at(-1)?.seq ?? cursor.delivered;
  const summarize = members.length > settings.presenceSummaryAbove;
  const story: Story = {
    eventId,
    log: await eventsOf(table, eventId, [...backlog, ...entries]),
    upTo: delivered,
    changes,
    summarize,
    news: {
      before: cursor.news,
      now: await keepNews(delivery, eventId, cursor, { delivered, members, changes, summarize }),
    },
  };
  const framesFor = composer(story, notes);

  const lastNotes = new Map(notes.map((note) => [tabKey(note), note.kind]));
  // Listed, but gone since: that it left is news to the others only.
  const placeOf = ({ connectionId }: Member) => positions.get(connectionId) ?? cursor.delivered;
  const live: Member[] = [];
  for (const member of members.filter(({ state }) => state === 'live')) {
    if (lastNotes.get(tabKey(member)) !== 'left') live.push(member);
    // If it is there all the same, since clocks differ and order the notes, the next window serves it.
    else pending[member.connectionId] = placeOf(member);
  }
  const { departures, unserved } = await postToAll(delivery, eventId, lease, live, (member) =>
    framesFor(member, placeOf(member)),
  );
  for (const member of unserved) pending[member.connectionId] = placeOf(member);
  const stuck = members.filter(
    ({ state, heldSince }) => state === 'held' && heldSince < Date.now() - HELD_TOO_LONG_MS,
  );
  const open = await dropMembers(delivery, stuck);
  await renameOtherTabs(delivery, eventId, members, changes);
  // Before the lease goes: the next holder must not announce them again.
  await deleteNotes(table, eventId, notes);
  delivery.metrics.count('Windows', 1);
  return {
    departures: departures + stuck.length - open.length,
    progress: {
      delivered,
      presence,
      news: story.news.now,
      audience: members.length,
      participantCount: changes.participantCount,
      pending,
    },
  };
}

/** Keeps what is told of comings and goings, where somebody may be away and come back. Resolves to its number. */
async function keepNews(
  { table, settings }: Delivery,
  eventId: string,
  { delivered: after, news }: Cursor,
  told: { delivered: number; members: readonly Member[]; changes: PresenceChanges; summarize: boolean },
): Promise<number> {
  const { delivered: upTo, members, changes, summarize } = told;
  const isNews = changes.joined.length + changes.left.length + changes.renamed.length > 0;
  // Where there was one, somebody may come back whose membership has lapsed.
  if (!isNews || (news === 0 && !members.some(({ wire }) => isSocketIo(wire)))) return news;
  const expiresAt = Date.now() + settings.recoverySeconds * 1000;
  let number = news;
  for (const part of partsOf(changes, summarize)) {
    const next = { number: number + 1, after, upTo, changes: part, summarize };
    number = await putNews(table, eventId, next, expiresAt);
  }
  return number;
}

/**
 * After which seq each live member is served: usually what was delivered before; more if it went live with a history
 * that reached further, less if windows passed it by. Held members have no position yet: they are remembered in
 * `pending`, with the first thing they miss. Those who are away will say themselves where they were.
 */
function place({ delivered, pending: before }: Cursor, members: readonly Member[]) {
  const pending: Record<string, number> = {};
  const positions = new Map<string, number>();
  for (const { connectionId, state, after = 0 } of members) {
    const missedFrom = before[connectionId] ?? delivered;
    if (state === 'held') pending[connectionId] = missedFrom;
    if (state === 'live') positions.set(connectionId, Math.max(missedFrom, after));
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

/** A participant has one name: the tabs that it did not take it in follow. */
async function renameOtherTabs(
  { table }: Delivery,
  eventId: string,
  members: readonly Member[],
  { renamed }: PresenceChanges,
): Promise<void> {
  for (const { is } of renamed) {
    const others = members.filter(
      ({ participant }) => participant.id === is.id && participant.username !== is.username,
    );
    for (const tab of others) await renameTab(table, eventId, tab, is.username);
  }
}
