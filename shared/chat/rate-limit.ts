import { ChatError } from '../protocol/errors.ts';
import { takeRate } from '../store/rate.ts';
import type { Chat } from './chat.ts';

/** Takes one from the participant's allowance, on all its connections together, or throws `RATE_LIMITED`. */
export async function rateLimit(
  { table, settings }: Chat,
  participantId: string,
  action: 'joinEvent' | 'sendMessage' | 'typing',
): Promise<void> {
  const rates = {
    joinEvent: { perSecond: settings.joinsPerSecond, burst: settings.joinBurst },
    sendMessage: { perSecond: settings.sendsPerSecond, burst: settings.sendBurst },
    typing: { perSecond: settings.typingPerSecond, burst: settings.typingBurst },
  };
  const retryAfterMs = await takeRate(table, participantId, action, rates[action]);
  if (retryAfterMs > 0) throw new ChatError('RATE_LIMITED', { retryAfterMs });
}
