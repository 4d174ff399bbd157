import type { Cursor } from '../../store/cursor.ts';
import type { Progress } from '../../store/cursor-lease.ts';
import type { LogEntry } from '../../store/log.ts';
import { isMuted, type NamelessMember } from '../../store/members.ts';
import { deleteFromOutbox } from '../../store/presence-outbox.ts';
import { composer, eventsOf, type Story } from '../content/compose.ts';
import { tabKey } from '../content/presence-changes.ts';
import { keepNews } from '../content/presence-history.ts';
import { disconnectMembers } from '../departures.ts';
import type { Recipient } from '../posting/chunks.ts';
import { fanOut } from '../posting/fan-out.ts';
import { FrameQuota } from '../posting/frame-quota.ts';
import type { Delivery } from '../types.ts';
import { readAudience } from './audience.ts';
import type { Lease } from './lease-holder.ts';
import { place, readBacklog } from './positions.ts';
import { handleUnserved } from './unserved.ts';

/** A join that takes longer than its Lambda may run has died, and its member waits in vain. Milliseconds. */
const HELD_TOO_LONG_MS = 20_000;

export interface Work {
  /** What the log has after what was delivered; claimed. */
  entries: readonly LogEntry[];
  /** The bell's `presence` before the log was read. */
  presence: number;
}

/**
 * One window: posts to every member what it has not had yet, in one frame as far as it fits, until `until` (milliseconds
 * since the epoch). The caller holds the lease and has claimed the entries. Returns what to write down, and how many
 * members left on the way.
 */
export async function runWindow(
  delivery: Delivery,
  eventId: string,
  lease: Lease,
  cursor: Cursor,
  { entries, presence }: Work,
  until: number,
): Promise<{ progress: Progress; departures: number; hasLeft: boolean }> {
  const { table, settings } = delivery;
  const startedAt = Date.now();
  const share = new FrameQuota(delivery, until);
  const isOneChunk = cursor.audience <= settings.chunkConnections;
  // Nearly always one frame each.
  const [{ members, notes, changes, renameTabs }] = await Promise.all([
    readAudience(table, eventId, presence > cursor.presence),
    isOneChunk && share.foresee(cursor.audience),
  ]);
  const { positions, pending } = place(cursor, members);
  const delivered = entries.at(-1)?.seq ?? cursor.delivered;
  const backlog = await readBacklog(table, eventId, cursor.delivered, positions);
  const summarize = members.length > settings.presenceSummaryAbove;
  const told = { delivered, members, changes, summarize };
  const story: Story = {
    eventId,
    log: await eventsOf(table, eventId, [...backlog, ...entries]),
    upTo: delivered,
    changes,
    summarize,
    news: { before: cursor.news, now: await keepNews(delivery, eventId, cursor, told) },
  };

  const versionFor = composer(story, notes);
  const lastNotes = new Map(notes.map((note) => [tabKey(note), note.kind]));
  const placeOf = (connectionId: string) => positions.get(connectionId) ?? cursor.delivered;
  const versionOf = (member: NamelessMember) => versionFor(member, placeOf(member.connectionId));
  const recipients: Recipient[] = [];
  for (const member of members) {
    const { connectionId, state } = member;
    if (state !== 'live' || isMuted(member, startedAt)) continue;
    // Listed, but gone since: that it left is news to the others only. If it is there all the same, since clocks differ and
    // order the notes, the next window serves it.
    if (notes.length > 0 && lastNotes.get(tabKey(member)) === 'left') {
      pending[connectionId] = placeOf(connectionId);
      continue;
    }
    recipients.push({ connectionId, frames: versionOf(member).frames, had: 0 });
  }
  const served = await fanOut(delivery, recipients, { lease, share, until });
  const { departures, unserved, troubled } = await handleUnserved(delivery, eventId, served, cursor, until);
  const hadSome = new Map(unserved.map(({ connectionId, had }) => [connectionId, had]));
  for (const member of unserved.length > 0 ? members : []) {
    const had = hadSome.get(member.connectionId);
    if (had === undefined) continue;
    pending[member.connectionId] = versionOf(member).reached[had - 1] ?? placeOf(member.connectionId);
  }

  // As of the listing: whoever went live since is not stuck.
  const stuck = members.filter(
    ({ state, heldSince }) => state === 'held' && heldSince < startedAt - HELD_TOO_LONG_MS,
  );
  const open = await disconnectMembers(delivery, stuck, until);
  await renameTabs();
  // Before the lease goes: the next holder must not announce them again.
  await deleteFromOutbox(table, eventId, notes);
  delivery.metrics.count('Windows', 1);
  return {
    departures: departures + stuck.length - open.length,
    hasLeft: unserved.length > 0,
    progress: {
      delivered,
      presence: Math.max(presence, cursor.presence),
      news: story.news.now,
      audience: members.length,
      participantCount: changes.participantCount,
      pending,
      troubled,
      nextWindowAt: startedAt + pauseFor(Math.max(members.length, served.frames), delivery),
    },
  };
}

/** How long the next window is to wait for what this one took of the event's frames, milliseconds. */
const pauseFor = (frames: number, { settings }: Delivery) =>
  Math.ceil((frames * 1000) / settings.eventFramesPerSecond);
