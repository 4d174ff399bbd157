import type { LogEntry } from '../../store/log.ts';
import type { Served } from '../posting/poster.ts';
import type { Delivery } from '../types.ts';

interface Measured {
  /** What was new in this window. */
  entries: readonly LogEntry[];
  /** Connections. */
  audience: number;
  served: Served;
}

/** Says what a window has done, once it has served everybody whom it could. */
export function measureWindow(
  { metrics, log }: Delivery,
  eventId: string,
  { entries, audience, served: { connections, frames } }: Measured,
): void {
  const sent = entries.flatMap((entry) => (entry.kind === 'message' ? Date.parse(entry.message.sentAt) : []));
  // The oldest has waited longest. A message that is told again, after a window that died, has waited for all of it.
  const lagMs = sent.length > 0 ? Math.max(1, Date.now() - Math.min(...sent)) : 0;
  metrics.count('Windows', 1);
  metrics.count('DeliveryLag', lagMs);
  metrics.count('Audience', audience);
  metrics.count('Deliveries', sent.length * connections);
  log.debug('window', { eventId, messages: sent.length, audience, frames, lagMs });
}
