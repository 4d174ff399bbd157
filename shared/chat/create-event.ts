import { newId } from '../ids.ts';
import type { Event } from '../protocol/entities.ts';
import { badRequest } from '../protocol/parse.ts';
import type { EventChanges, NewEvent } from '../store/event-item.ts';
import { createEvent as create } from '../store/events.ts';
import type { Chat } from './chat.ts';
import { audit } from './moderation/audit.ts';
import type { Actor } from './moderation/require-moderator.ts';

export async function createEvent(
  chat: Pick<Chat, 'table' | 'settings' | 'metrics'>,
  actor: Actor,
  details: NewEvent,
): Promise<Event> {
  checkTimes(details);
  if (details.endsAt && Date.parse(details.endsAt) <= Date.now())
    throw badRequest('endsAt', 'must be in the future');
  const id = newId();
  const { blockedWords, ...others } = details;
  const changes = { ...others, words: blockedWords?.length };
  await audit(chat, id, actor, { action: 'createEvent', changes });
  return create(chat.table, id, details, Date.now());
}

/** Throws `BAD_REQUEST` for an event that ends before it starts. */
export function checkTimes({ startsAt, endsAt }: Pick<EventChanges, 'startsAt' | 'endsAt'>): void {
  if (!startsAt || !endsAt || Date.parse(endsAt) > Date.parse(startsAt)) return;
  throw badRequest('endsAt', 'must be after startsAt');
}
