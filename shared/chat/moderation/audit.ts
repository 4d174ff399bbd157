import type { Delivery } from '../../delivery/delivery.ts';
import type { AuditRecord } from '../../protocol/entities.ts';
import { putAudit } from '../../store/audit.ts';
import type { Actor } from './require-moderator.ts';

const DAY_MS = 24 * 3_600_000;

/** What moderation works with, over whichever API. */
export type Moderation = Pick<Delivery, 'table' | 'settings' | 'log' | 'metrics'>;

/** Written before the act: nothing is moderated without a trace, at worst something is traced that was not done. */
export async function audit(
  { table, settings, metrics }: Moderation,
  eventId: string,
  { name }: Actor,
  what: Omit<AuditRecord, 'id' | 'at' | 'by'>,
): Promise<void> {
  await putAudit(table, eventId, { by: name, ...what }, Date.now() + settings.auditRetentionDays * DAY_MS);
  metrics.count('ModerationActs', 1);
}
