import type { Author } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';
import { getEvent } from '../store/events.ts';
import type { LogEntry } from '../store/log.ts';
import type { PresenceNote } from '../store/presence.ts';
import type { Delivery } from './delivery.ts';
import { packFrames } from './frames.ts';
import { announce, nameKey, type PresenceChanges, tabKey } from './presence-changes.ts';

interface Recipient {
  connectionId: string;
  participant: Author;
}

/** What a window has to tell. */
export interface Contents {
  /** In order; members get what is after their position. */
  log: readonly LogEntry[];
  changes: PresenceChanges;
  notes: readonly PresenceNote[];
  /** Connections; in large audiences several joins or leaves are summed up. */
  audience: number;
}

/** Makes the frames of a member: everything after a seq, but not the news of its own coming or renaming. */
export async function composer(
  { table, settings }: Delivery,
  eventId: string,
  { log, changes, notes, audience }: Contents,
): Promise<(recipient: Recipient, from: number) => string[]> {
  const event = log.some((entry) => entry.kind === 'ended') ? await getEvent(table, eventId) : undefined;
  const logEvents = log.flatMap((entry): { seq: number; event: ServerEvent }[] => {
    if (entry.kind === 'message')
      return [{ seq: entry.seq, event: { event: 'newMessage', data: entry.message } }];
    if (entry.kind === 'ended' && event)
      return [{ seq: entry.seq, event: { event: 'eventEnded', data: { event } } }];
    return [];
  });

  const { joined, left, renamed, participantCount } = changes;
  const summarize = audience > settings.presenceSummaryAbove;
  const all = { participantCount, summarize };
  const one = { participantCount, summarize: false };
  const compose = (from: number, self: string): ServerEvent[] => [
    ...renamed
      .filter(({ is }) => nameKey(is) !== self)
      .flatMap(({ was, is }) => [
        ...announce('userLeft', eventId, [was], one),
        ...announce('userJoined', eventId, [is], one),
      ]),
    ...announce(
      'userJoined',
      eventId,
      joined.filter((person) => nameKey(person) !== self),
      all,
    ),
    ...logEvents.filter(({ seq }) => seq > from).map((item) => item.event),
    ...announce('userLeft', eventId, left, all),
  ];

  // Most members are at the same place and have no part in the news: what they get is encoded once.
  const made = new Map<string, string[]>();
  const movers = new Set(notes.map(tabKey));
  // A summary names few: the others among the movers need no version of their own.
  const named = new Set(
    [...joined.slice(0, limits.namesInSummary), ...renamed.map(({ is }) => is)].map(({ id }) => id),
  );
  return (recipient, from) => {
    const { participant } = recipient;
    const isNews = movers.has(tabKey(recipient)) && (!summarize || named.has(participant.id));
    // Who did it knows it; who was renamed by another tab of its own does not.
    const self = isNews ? nameKey(participant) : '';
    const key = `${from} ${self}`;
    const frames = made.get(key) ?? packFrames(compose(from, self));
    made.set(key, frames);
    return frames;
  };
}
