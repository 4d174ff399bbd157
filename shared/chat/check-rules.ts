import { ChatError } from '../protocol/errors.ts';
import type { Connection } from '../store/connections.ts';
import type { EventHead, Gate } from '../store/event-head.ts';
import { markSaid } from '../store/said.ts';
import type { Draft } from './append.ts';
import type { Chat } from './chat.ts';
import { unlessModerator } from './moderation/unless-moderator.ts';
import { requireNotMuted } from './muted.ts';
import { slowDown } from './rate-limit.ts';
import { brokenRule } from './rules/broken-rule.ts';
import { hashOf } from './rules/hash-of.ts';

/**
 * What the event must be for a message of this connection, by the rules that its head has. May be asked again for the same message,
 * which uses up nothing twice. The rules do not bind moderators, who are looked up only when they break one.
 */
export function checkRules(
  chat: Chat,
  connection: Connection,
  draft: Draft,
): (head: Partial<EventHead>) => Promise<Gate> {
  const check = newCheck(chat, connection, draft);
  return async (head) => {
    const isKept = await unlessModerator(chat.table, connection, () => check(head));
    return isKept ? { ruleChanges: head.ruleChanges } : 'active';
  };
}

/** Throws `EVENT_PAUSED`, `MUTED`, `MESSAGE_REJECTED`, `RATE_LIMITED` in slow mode. */
function newCheck(chat: Chat, connection: Connection, draft: Draft) {
  const { eventId, participant, text, metadata = {} } = draft;
  const parts = [text, ...Object.entries(metadata).flat()];
  let hasWaited = false;
  return async (head: Partial<EventHead>): Promise<void> => {
    const { paused, slowModeSeconds, repeats } = head;
    if (paused) throw new ChatError('EVENT_PAUSED');
    await requireNotMuted(chat, connection, head);
    const broken = await brokenRule(chat.table, eventId, head, parts);
    if (broken) throw rejected(broken);
    if (slowModeSeconds && !hasWaited) {
      await slowDown(chat, eventId, connection, slowModeSeconds);
      hasWaited = true;
    }
    if (repeats !== 'deny') return;
    // Another try of the same message, after a crash or a lost answer, is none.
    const by = draft.clientMessageId ?? draft.id;
    const said = { eventId, participantId: participant.id, hash: hashOf(text), by };
    if (!(await markSaid(chat.table, said))) throw rejected('repeat');
  };
}

const rejected = (reason: 'word' | 'link' | 'repeat') => new ChatError('MESSAGE_REJECTED', { reason });
