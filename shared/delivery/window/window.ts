import { isUnbatched } from '../../protocol/wire.ts';
import type { Cursor } from '../../store/cursor.ts';
import type { Progress } from '../../store/cursor-lease.ts';
import { signalPresence } from '../../store/event-head.ts';
import type { LogEntry } from '../../store/log.ts';
import { deleteFromOutbox, type OutboxEntry, readOutbox } from '../../store/presence-outbox.ts';
import { timing } from '../../timing.ts';
import { composer } from '../content/compose.ts';
import { logEvents } from '../content/log-events.ts';
import { tabKey } from '../content/presence-changes.ts';
import { disconnectMembers } from '../departures.ts';
import { fanOut } from '../posting/fan-out.ts';
import { FrameQuota } from '../posting/frame-quota.ts';
import type { Delivery } from '../types.ts';
import { readAudience, renameTabs } from './audience.ts';
import { readBacklog } from './backlog.ts';
import type { Lease } from './lease-holder.ts';
import { measureWindow } from './measure-window.ts';
import { earliestOf, positionsOf } from './positions.ts';
import { collectReactions, nextReactionsAfter } from './reactions.ts';
import { type Group, keepPlaces, recipientsOf } from './recipients.ts';
import { recordPresence } from './record-presence.ts';
import { surplusTabs, tellSurplus } from './surplus-tabs.ts';
import { handleUnserved } from './unserved.ts';
import { isTheirTurn, reactionsForViewers, readViewers, viewersAfter, viewersPlace } from './viewers.ts';

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
  const isViewersTurn = isTheirTurn(cursor, settings, startedAt);
  const expected = cursor.audience - (isViewersTurn ? 0 : cursor.viewers.count);
  // Nearly always one frame each.
  const [members, earlyViewers] = await Promise.all([
    readAudience(table, eventId, { withNames: isSignalled }),
    isViewersTurn && !isSignalled ? readViewers(table, eventId) : [],
    expected <= settings.chunkConnections && quota.takeAhead(expected),
  ]);
  const positions = positionsOf(cursor, members);
  const viewersFrom = isViewersTurn ? viewersPlace(cursor.viewers) : positions.usual;
  const from = earliestOf(viewersFrom, [
    ...[positions.usual, ...positions.unusual.values()],
    ...(isViewersTurn ? Object.values(cursor.viewers.pending) : []),
  ]);
  const upTo = entries.at(-1)?.seq ?? cursor.delivered;
  const [backlog, presence, reactions] = await Promise.all([
    readBacklog(table, eventId, { after: from.seq, viewers: viewersFrom.seq, delivered: cursor.delivered }),
    recordPresence(delivery, eventId, lease, { cursor, members, upTo, from, isSignalled }),
    collectReactions(delivery, eventId, { reactions: reactionSignals }, cursor),
  ]);
  // After the record is there: who is not listed finds it in the history that they are about to get.
  const viewers = isViewersTurn && isSignalled ? await readViewers(table, eventId) : earlyViewers;
  const { history, outbox, recorded } = presence;
  const end = { seq: upTo, presence: Math.max(cursor.presence, history.at(-1)?.number ?? 0) };
  const compose = composer({
    eventId,
    log: await logEvents(table, eventId, [...backlog.entries, ...entries]),
    history,
    end,
    viewerCount: isViewersTurn ? viewers.length : cursor.viewers.count,
    delivered: cursor.delivered,
    spans: backlog.spans,
  });
  const besides = reactions.event ? [reactions.event] : [];
  const ofMembers: Group = { members, positions, end, besides };
  const ofViewers: Group = {
    members: viewers,
    besides: reactionsForViewers(eventId, reactions.told, cursor, besides),
    positions: positionsOf(cursor.viewers, viewers),
    end: compose.endFrom(viewersFrom) ?? viewersFrom,
  };
  const groups = [ofMembers, ofViewers];
  const { pending } = positions;
  const lastEntries = new Map(outbox.map((entry) => [tabKey(entry), entry.kind]));
  const watching = new Set(viewers.map(({ connectionId }) => connectionId));
  const { recipients, behind } = await recipientsOf(groups, {
    composer: compose,
    startedAt,
    isElsewhere: (member, group) =>
      group === ofMembers &&
      (lastEntries.get(tabKey(member)) === 'left' || watching.has(member.connectionId)),
  });
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
  const { departures, unserved } = await handleUnserved(delivery, eventId, served, {
    ...{ cursor, until },
    passedBy: isViewersTurn ? 0 : Object.keys(cursor.viewers.pending).length,
  });
  keepPlaces(groups, unserved, compose.versionFor);

  // As of the listing: whoever went live since is not stuck.
  const stuck = [...members, ...viewers].filter(
    ({ state, heldSince }) => state === 'held' && heldSince < startedAt - timing.heldTooLongMs,
  );
  const surplus = surplusTabs(members, settings);
  await tellSurplus(delivery, surplus, until);
  const leaving = [...stuck, ...surplus];
  const open = await disconnectMembers(delivery, leaving, until);
  // The next window goes on: with them, and with what is left of the outbox.
  if (behind > 0 || ofViewers.end !== end || recorded.length < outbox.length)
    await signalPresence(table, eventId);
  await renameTabs(table, eventId, members, presence.renamed);
  const afterwards = isViewersTurn
    ? viewersAfter(ofViewers, {
        ...{ cursor, signals, isComplete: ofViewers.end === end, startedAt, settings },
        told: reactions.told,
      })
    : cursor.viewers;
  const audience = members.length + afterwards.count;
  measureWindow(delivery, eventId, { entries, audience, served });
  const pauseMs = pauseFor(Math.max(audience, served.frames), delivery);
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
      audience,
      unbatched: members.filter(({ wire }) => isUnbatched(wire)).length + afterwards.unbatched,
      participantCount: presence.participantCount,
      pending,
      ...reactions.told,
      nextReactionsAt: nextReactionsAfter(reactions.told, startedAt, pauseMs),
      nextWindowAt: startedAt + pauseMs,
      viewers: afterwards,
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

/** How long the next window is to wait for what this one took of the event's frames, milliseconds. */
const pauseFor = (frames: number, { settings }: Delivery) =>
  Math.ceil((frames * 1000) / settings.eventFramesPerSecond);
