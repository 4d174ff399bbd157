import { deliverNow } from '../../delivery/deliver.ts';
import { newId } from '../../ids.ts';
import type { Event } from '../../protocol/entities.ts';
import { ChatError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import { badRequest } from '../../protocol/parse.ts';
import { deleteBlockedWords, putBlockedWords } from '../../store/blocked-words.ts';
import { getCursor } from '../../store/cursor.ts';
import type { EventChanges } from '../../store/event-item.ts';
import { type Rules, setRules } from '../../store/event-rules.ts';
import { updateEvent as update } from '../../store/events.ts';
import { append } from '../append.ts';
import type { Chat } from '../chat.ts';
import { checkTimes } from '../create-event.ts';
import { endEvent } from '../end-event.ts';
import { getEvent } from '../get-event.ts';
import { audit } from './audit.ts';
import type { Actor } from './require-moderator.ts';
import { tellHostsApart } from './tell-hosts-apart.ts';

export type Changes = EventChanges &
  Omit<Rules, 'words'> & { status?: 'ended' | undefined; blockedWords?: string[] | undefined };

/**
 * Changes an event, or ends it, and tells its audience. Safe to repeat, which also finishes what a crash left undone.
 * Throws `EVENT_NOT_FOUND`, `EVENT_ENDED` for rules of an ended event, `BAD_REQUEST` for impossible times.
 */
export async function updateEvent(
  chat: Chat,
  id: string,
  actor: Actor,
  { status, paused, slowModeSeconds, links, repeats, blockedWords, ...details }: Changes,
): Promise<Event> {
  const { table } = chat;
  const before = await getEvent(chat, id);
  checkTimes({
    startsAt: details.startsAt === undefined ? before.startsAt : details.startsAt,
    endsAt: details.endsAt === undefined ? before.endsAt : details.endsAt,
  });
  const words = blockedWords && (blockedWords.length > 0 ? newId() : '');
  const rules: Rules = { paused, slowModeSeconds, links, repeats, words };
  const hasRules = isAny(rules);
  const { reactions } = details;
  // Together with the end they may be repeated.
  const mayHaveEnded = status === 'ended';
  if ((hasRules || reactions) && before.status === 'ended' && !mayHaveEnded)
    throw new ChatError('EVENT_ENDED');
  if (reactions) await requireFewReactions(chat, id, reactions);
  await audit(chat, id, actor, {
    action: 'updateEvent',
    // Not the words: hosts may read this.
    changes: { status, ...rules, words: blockedWords?.length, ...details },
  });
  await update(table, id, details);
  // First: whoever finds the new version finds its words.
  if (blockedWords && words) await putBlockedWords(table, id, blockedWords);
  // Whoever joins from now on is told apart by that.
  if (details.hosts) await tellHostsApart(chat, id, details.hosts);
  if (hasRules && !(await setRules(table, id, rules)) && !mayHaveEnded) throw new ChatError('EVENT_ENDED');
  if (words === '') await deleteBlockedWords(table, id);
  if (status === 'ended') await endEvent(chat, id);
  else if (hasRules || isAny(details)) {
    await append(chat, id, {
      gate: 'there',
      entryAt: (seq) => ({ seq, kind: 'updated' as const }),
    });
  }
  await deliverNow(chat, id);
  return getEvent(chat, id);
}

async function requireFewReactions({ table }: Chat, id: string, next: readonly string[]): Promise<void> {
  const ever = Object.keys((await getCursor(table, id))?.reactionsTold ?? {});
  if (new Set([...ever, ...next]).size > limits.reactionsEver)
    throw badRequest(
      'reactions',
      `must not bring those of the event to more than ${limits.reactionsEver} over time`,
    );
}

/** Whether anything is to change. */
export const isAny = (fields: object) => Object.values(fields).some((value) => value !== undefined);
