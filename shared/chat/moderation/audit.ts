import type { AuditRecord } from '../../protocol/entities.ts';
import { putAudit } from '../../store/audit.ts';
import type { Chat } from '../chat.ts';
import type { Actor } from './require-moderator.ts';

const DAY_MS = 24 * 3_600_000;

/** Written before the act: nothing is moderated without a trace, at worst something is traced that was not done. */
export async function audit(
  { table, settings, metrics }: Pick<Chat, 'table' | 'settings' | 'metrics'>,
  eventId: string,
  { name }: Actor,
  what: Omit<AuditRecord, 'id' | 'at' | 'by'>,
): Promise<void> {
  await putAudit(table, eventId, { by: name, ...what }, Date.now() + settings.auditRetentionDays * DAY_MS);
  metrics.count('ModerationActs', 1);
}
