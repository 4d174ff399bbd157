import { presentable } from '../protocol/characters.ts';
import { ChatError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { Draft } from './append.ts';
import type { Chat } from './chat.ts';
import type { Verdict } from './reviewer.ts';

const DENIED = 'review';

/**
 * The message as the reviewer lets it be written. Whoever has a role is not reviewed. Throws `MESSAGE_REJECTED`. A repeat of
 * an acknowledged message must not come here: it would be judged, and paid for, again.
 */
export async function reviewMessage(
  chat: Pick<Chat, 'reviewer' | 'settings' | 'metrics' | 'log'>,
  draft: Draft,
): Promise<Draft> {
  const { reviewer, settings, metrics } = chat;
  if (!reviewer || draft.participant.role) return draft;
  const { id, eventId, text, participant, metadata, replyTo } = draft;
  const message = { id, text, participant, ...(metadata && { metadata }), ...(replyTo && { replyTo }) };
  const { verdict, asked, error, faults } = await reviewer.review({ eventId, message });
  if (asked) metrics.count('Reviewed', 1);
  if (!verdict) {
    metrics.count('ReviewFailed', 1);
    if (asked) {
      const reason = nameOf(error);
      chat.log.warn('a message could not be reviewed', { eventId, id, reason, ...(faults && { faults }) });
    }
  }
  const reviewed = apply(draft, verdict ?? { action: settings['review.fallback'], reason: undefined });
  if (reviewed) return reviewed;
  if (verdict) metrics.count('Denied', 1);
  throw new ChatError('MESSAGE_REJECTED', { reason: reasonOf(verdict) });
}

/** Undefined: it must not be written. */
function apply(draft: Draft, verdict: Verdict): Draft | undefined {
  if (verdict.action === 'deny') return undefined;
  // Others were written while it waited.
  const reviewed = { ...draft, sentAt: new Date().toISOString() };
  if (verdict.action === 'allow') return reviewed;
  const { text = draft.text, metadata = draft.metadata } = verdict;
  return { ...reviewed, text, ...(metadata && { metadata }) };
}

function reasonOf(verdict: Verdict | undefined): string {
  const reason = verdict?.action === 'deny' ? verdict.reason : undefined;
  return (typeof reason === 'string' && presentable(reason, limits.reasonLength)) || DENIED;
}

/** Of an error its name only: its message may quote the request. */
const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'wrong answer');
