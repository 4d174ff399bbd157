import { deliverNow, recentCursor } from '../delivery/deliver.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import { badRequest } from '../protocol/parse.ts';
import type { CountedReactions } from '../protocol/reactions.ts';
import type { Connection } from '../store/connections.ts';
import { type EventHead, getEventHead } from '../store/event-head.ts';
import { getReactions } from '../store/events.ts';
import { type CountedRequest, type Counts, countReactions, signalReactions } from '../store/reactions.ts';
import type { Chat, Reply } from './chat.ts';
import { membershipOf } from './membership-of.ts';
import { type Actor, idOfActor } from './moderation/require-moderator.ts';
import { unlessModerator } from './moderation/unless-moderator.ts';
import { requireNotMuted } from './muted.ts';
import { rateLimit, writersOf } from './rate-limit.ts';
import { requireActive } from './require-active.ts';

/**
 * Counts a reaction. Answered: counted once, and certain to be told. Also in an event that is paused or slow: those rules are for
 * messages. Throws `MUTED`.
 */
export async function react(
  chat: Chat,
  connection: Connection,
  { reaction, count = 1 }: ActionData<'react'>,
): Promise<Reply> {
  const { eventId } = membershipOf(connection);
  const [head] = await Promise.all([
    requireReactions(chat, eventId, { reaction }),
    rateLimit(chat, writersOf(connection), 'react'),
  ]);
  await unlessModerator(chat.table, connection, () => requireNotMuted(chat, connection, head));
  const tell = await add(chat, eventId, { [reaction]: count });
  return { data: {}, afterwards: tell };
}

/** Adds reactions that were counted elsewhere. With a `clientRequestId` it can be repeated, and is to be after a failure. */
export async function postReactions(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { counts, clientRequestId }: CountedReactions,
): Promise<void> {
  const caller = idOfActor(actor);
  const paths = Object.keys(counts).map((reaction) => [`counts.${reaction}`, reaction]);
  await Promise.all([
    requireReactions(chat, eventId, Object.fromEntries(paths)),
    rateLimit(chat, [caller], 'react'),
  ]);
  const request = clientRequestId === undefined ? undefined : { caller, requestId: clientRequestId };
  const tell = await add(chat, eventId, counts, request);
  await tell?.();
}

/** Resolves to the event's head. Throws `EVENT_ENDED`, `EVENT_NOT_FOUND`, and `BAD_REQUEST` for what is not among the event's reactions, at the path that it is given with. */
async function requireReactions(
  { table }: Chat,
  eventId: string,
  given: Record<string, string>,
): Promise<EventHead> {
  const [head, allowed] = await Promise.all([
    // Consistent: a mute binds at once.
    getEventHead(table, eventId),
    getReactions(table, eventId),
  ]);
  requireActive(head);
  const wrong = Object.entries(given).find(([, reaction]) => !allowed.includes(reaction));
  if (wrong)
    throw badRequest(wrong[0], `must be one of the event's reactions: ${allowed.join(' ') || 'it has none'}`);
  return head;
}

/** Resolves, once they are certain to be told, to what tells them at once, if it is for the caller to try. */
async function add(
  chat: Chat,
  eventId: string,
  counts: Counts,
  request?: CountedRequest,
): Promise<(() => Promise<void>) | undefined> {
  const { table, metrics } = chat;
  const sum = Object.values(counts).reduce((all, count) => all + count, 0);
  if (await countReactions(table, eventId, counts, request)) metrics.count('Reactions', sum);
  // Also after a repeat: whoever counted it may have died before.
  if (!(await signalReactions(table, eventId))) return undefined;
  return async () => {
    const seen = await recentCursor(chat, eventId);
    // Too early: the stream waits for the time.
    if (seen && seen.nextReactionsAt <= Date.now()) await deliverNow(chat, eventId, { seen });
  };
}
