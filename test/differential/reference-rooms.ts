import { randomBytes } from 'node:crypto';
import type { PageQuery } from '../../shared/chat/history.ts';
import type { Event, Message, Participant } from '../../shared/protocol/entities.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { badRequest } from '../../shared/protocol/parse.ts';

/** What the reference server keeps in memory. */

export interface Room {
  event: Omit<Event, 'participantCount' | 'viewerCount'>;
  messages: Message[];
  /** By socket id. The tabs of a participant share one name. */
  tabs: Map<string, Participant>;
  /** The socket ids of those who only watch. */
  viewers: Set<string>;
}

/** By participant id, in order of joining. */
type People = Map<string, Participant>;

export function peopleIn({ tabs }: Room): People {
  const people: People = new Map();
  for (const tab of [...tabs.values()].sort((a, b) => (a.joinedAt < b.joinedAt ? -1 : 1))) {
    // The first of several tabs tells since when the participant is there.
    if (!people.has(tab.id)) people.set(tab.id, { ...tab });
  }
  return people;
}

export const eventIn = (room: Room): Event => ({
  ...room.event,
  participantCount: peopleIn(room).size,
  viewerCount: room.viewers.size,
});

/** As it is told beside who came and left. */
export const viewersIn = ({ viewers }: Room): { viewerCount?: number } =>
  viewers.size > 0 ? { viewerCount: viewers.size } : {};

/** Those of `these` who are not among `those`, or have another name there. */
export const missingIn = (those: People, these: People): Participant[] =>
  [...these.values()].filter(({ id, username }) => those.get(id)?.username !== username);

/** With `after` the oldest of the messages in question, otherwise the newest; oldest first. */
export function pageOf(
  messages: readonly Message[],
  { before = Number.POSITIVE_INFINITY, after, limit = limits.historyLength }: PageQuery,
) {
  const inRange = messages.filter(({ seq }) => seq < before && seq > (after ?? 0));
  const isWhole = inRange.length <= limit;
  const page = after === undefined ? inRange.slice(-limit) : inRange.slice(0, limit);
  return { messages: isWhole ? inRange : page, hasMore: !isWhole };
}

/** What a reply to a number says of it. */
export function quoteIn({ messages }: Room, seq: number): Message['replyTo'] {
  const original = messages.find((message) => message.seq === seq);
  if (!original) throw badRequest('replyTo', 'must be the seq of a message of this event');
  const { id, username } = original.participant;
  return { seq, participant: { id, username }, text: original.text.slice(0, limits.quoteLength) };
}

export const newId = (): string => randomBytes(12).toString('base64url');
export const newToken = (): string => randomBytes(32).toString('base64url');

let lastInstant = 0;

/** ISO 8601. No two are the same, so that transcripts can tell them apart. */
export function timestamp(): string {
  lastInstant = Math.max(Date.now(), lastInstant + 1);
  return new Date(lastInstant).toISOString();
}
