import { setImmediate as immediate } from 'node:timers/promises';
import type { Place } from '../../protocol/offset.ts';
import { isUnbatched } from '../../protocol/wire.ts';
import type { Cursor } from '../../store/cursor.ts';
import type { Progress } from '../../store/cursor-lease.ts';
import { signalPresence } from '../../store/event-head.ts';
import type { LogEntry } from '../../store/log.ts';
import { isMuted } from '../../store/members.ts';
import { deleteFromOutbox, type OutboxEntry, readOutbox } from '../../store/presence-outbox.ts';
import { timing } from '../../timing.ts';
import { composer } from '../content/compose.ts';
import { logEvents } from '../content/log-events.ts';
import { tabKey } from '../content/presence-changes.ts';
import { disconnectMembers } from '../departures.ts';
import type { Recipient } from '../posting/chunks.ts';
import { fanOut } from '../posting/fan-out.ts';
import { FrameQuota } from '../posting/frame-quota.ts';
import type { Delivery } from '../types.ts';
import { type AudienceMember, readAudience, renameTabs } from './audience.ts';
import { readBacklog } from './backlog.ts';
import type { Lease } from './lease-holder.ts';
import { earliestOf, type Positions, positionsOf } from './positions.ts';
import { collectReactions, nextReactionsAfter } from './reactions.ts';
import { recordPresence } from './record-presence.ts';
import { surplusTabs, tellSurplus } from './surplus-tabs.ts';
import { handleUnserved } from './unserved.ts';

/** Members for whom frames are made without a pause. */
const YIELD_EVERY = 100;

export interface Work {
  /** What the log has after what was delivered. */
  entries: readonly LogEntry[];
  /** The head's `outbox` and `reactions` before the log was read. */
  outbox: number;
  reactions: number;
}

export interface WindowDone {
  progress: Progress;
  /** To be called once that is written down: what was told is removed from the outbox; until then the record lists it. */
  cleanUp(): Promise<void>;
  /** Members that left on the way: the next window announces it. */
  departures: number;
  /** Some could not be served; the head says so, and the stream tries again. */
  hasUnserved: boolean;
}

/**
 * One window: posts to every member what it has not had yet, in one frame as far as it fits, until `until` (milliseconds
 * since the epoch). The caller holds the lease, and writes down what it returns.
 */
export async function runWindow(
  delivery: Delivery,
  eventId: string,
  lease: Lease,
  cursor: Cursor,
  { entries, outbox: signals, reactions: reactionSignals }: Work,
  until: number,
): Promise<WindowDone> {
  const { table, settings } = delivery;
  const startedAt = Date.now();
  const quota = new FrameQuota(delivery, until);
  const isSignalled = signals > cursor.outbox;
  const isOneChunk = cursor.audience <= settings.chunkConnections;
  // Nearly always one frame each.
  const [members] = await Promise.all([
    readAudience(table, eventId, { withNames: isSignalled }),
    isOneChunk && quota.takeAhead(cursor.audience),
  ]);
  const positions = positionsOf(cursor, members);
  const from = earliestOf(positions);
  const upTo = entries.at(-1)?.seq ?? cursor.delivered;
  const [backlog, presence, reactions] = await Promise.all([
    readBacklog(table, eventId, { after: from.seq, upTo: cursor.delivered }),
    recordPresence(delivery, eventId, lease, { cursor, members, upTo, from, isSignalled }),
    collectReactions(delivery, eventId, { reactions: reactionSignals }, cursor),
  ]);
  const { history, outbox, recorded } = presence;
  const end = { seq: upTo, presence: Math.max(cursor.presence, history.at(-1)?.number ?? 0) };
  const versionFor = composer({
    eventId,
    log: await logEvents(table, eventId, [...backlog.entries, ...entries]),
    history,
    end,
    delivered: cursor.delivered,
    readUpTo: backlog.upTo,
    besides: reactions.event ? [reactions.event] : [],
  });
  const placeOf = (connectionId: string): Place => positions.unusual.get(connectionId) ?? positions.usual;
  const versionOf = (member: AudienceMember) => versionFor(member, placeOf(member.connectionId));
  const { pending } = positions;
  let behind = 0;
  const lastEntries = new Map(outbox.map((entry) => [tabKey(entry), entry.kind]));
  const recipients: Recipient[] = [];
  for (const [index, member] of inOrder(members, positions).entries()) {
    // The lease is renewed meanwhile.
    if (index % YIELD_EVERY === YIELD_EVERY - 1) await immediate();
    const { connectionId, state } = member;
    if (state !== 'live' || isMuted(member, startedAt)) continue;
    // Listed, but with a later `left` entry: not posted to. If clocks differed and the member is there after all, the next
    // window serves it.
    if (lastEntries.get(tabKey(member)) === 'left') {
      pending[connectionId] = placeOf(connectionId);
      continue;
    }
    const version = versionOf(member);
    if (version) recipients.push({ connectionId, frames: version.frames, had: 0 });
    if (version?.end === end) continue;
    pending[connectionId] = version?.end ?? placeOf(connectionId);
    behind += 1;
  }
  const [served, late] = await Promise.all([
    fanOut(delivery, recipients, { lease, quota, until }),
    // After this window's record is there: whoever joins later finds it, and needs no place.
    presence.hasRecorded ? readOutbox(table, eventId) : [],
  ]);
  // Whoever joined since the listing misses the record, if their roster is from before it.
  const listed = new Set(late.length > 0 ? members.map(({ connectionId }) => connectionId) : []);
  for (const { kind, connectionId } of late) {
    if (kind === 'joined' && !listed.has(connectionId)) pending[connectionId] = positions.usual;
  }
  const { departures, unserved } = await handleUnserved(delivery, eventId, served, cursor, until);
  const byId = new Map(unserved.length > 0 ? members.map((member) => [member.connectionId, member]) : []);
  for (const { connectionId, had, failingSince } of unserved) {
    const member = byId.get(connectionId);
    const reached = member && versionOf(member)?.reached[had - 1];
    pending[connectionId] = {
      ...(reached ?? placeOf(connectionId)),
      ...(failingSince !== undefined && { failingSince }),
    };
  }

  // As of the listing: whoever went live since is not stuck.
  const stuck = members.filter(
    ({ state, heldSince }) => state === 'held' && heldSince < startedAt - timing.heldTooLongMs,
  );
  const surplus = surplusTabs(members, settings);
  await tellSurplus(delivery, surplus, until);
  const leaving = [...stuck, ...surplus];
  const open = await disconnectMembers(delivery, leaving, until);
  // The next window goes on: with them, and with what is left of the outbox.
  if (behind > 0 || recorded.length < outbox.length) await signalPresence(table, eventId);
  await renameTabs(table, eventId, members, presence.renamed);
  delivery.metrics.count('Windows', 1);
  const pauseMs = pauseFor(Math.max(members.length, served.frames), delivery);
  return {
    cleanUp: () => tidyUp(delivery, eventId, recorded),
    departures: departures + leaving.length - open.length,
    hasUnserved: unserved.length > 0,
    progress: {
      delivered: upTo,
      // A closed hole says nothing of it.
      deliveredBytes: entries.findLast(({ at }) => at !== undefined)?.at ?? cursor.deliveredBytes,
      presence: end.presence,
      outbox: Math.max(signals, cursor.outbox),
      audience: members.length,
      unbatched: members.filter(({ wire }) => isUnbatched(wire)).length,
      participantCount: presence.participantCount,
      pending,
      ...reactions.told,
      nextReactionsAt: nextReactionsAfter(reactions.told, startedAt, pauseMs),
      nextWindowAt: startedAt + pauseMs,
    },
  };
}

/** What is left now is in the way of nobody: the record lists what it has told, and another window removes it. */
async function tidyUp(
  { table, log }: Delivery,
  eventId: string,
  recorded: readonly OutboxEntry[],
): Promise<void> {
  try {
    await deleteFromOutbox(table, eventId, recorded);
  } catch (error) {
    log.warn('the outbox could not be emptied', { eventId, error });
  }
}

/** Whoever is at the usual place first, then whoever is furthest behind. */
function inOrder(members: readonly AudienceMember[], { unusual }: Positions): readonly AudienceMember[] {
  if (unusual.size === 0) return members;
  const seqOf = ({ connectionId }: AudienceMember) => unusual.get(connectionId)?.seq ?? 0;
  const usual = members.filter(({ connectionId }) => !unusual.has(connectionId));
  const others = members.filter(({ connectionId }) => unusual.has(connectionId));
  return [...usual, ...others.sort((a, b) => seqOf(a) - seqOf(b))];
}

/** How long the next window is to wait for what this one took of the event's frames, milliseconds. */
const pauseFor = (frames: number, { settings }: Delivery) =>
  Math.ceil((frames * 1000) / settings.eventFramesPerSecond);
