import { ChatError } from '../protocol/errors.ts';
import type { EventHead } from '../store/event-head.ts';

/** Throws `EVENT_NOT_FOUND`, `EVENT_ENDED`. */
export function requireActive(head: EventHead | undefined): asserts head is EventHead {
  if (!head || head.status === 'deleted') throw new ChatError('EVENT_NOT_FOUND');
  if (head.status !== 'active') throw new ChatError('EVENT_ENDED');
}
