import type { AuditRecord } from '../../protocol/entities.ts';
import { toChatError } from '../../protocol/errors.ts';
import { putAudit } from '../../store/audit.ts';
import type { Chat } from '../chat.ts';
import type { Actor } from './require-moderator.ts';

const DAY_MS = 24 * 3_600_000;

type Backend = Pick<Chat, 'table' | 'settings' | 'metrics'>;

const expiryOf = ({ settings }: Backend) => Date.now() + settings.auditRetentionDays * DAY_MS;

/** Written before the act: nothing is moderated without a trace, at worst something is traced that was not done. */
export async function audit(
  chat: Backend,
  eventId: string,
  { name }: Actor,
  what: Omit<AuditRecord, 'id' | 'at' | 'by'>,
): Promise<void> {
  await putAudit(chat.table, eventId, { by: name, ...what }, expiryOf(chat));
  chat.metrics.count('ModerationActs', 1);
}

/** The same, for the deletion of an event, in the log that can be read without the event. */
export async function auditDeletion(
  chat: Backend,
  eventId: string,
  { name }: Actor,
  changes: Record<string, unknown>,
): Promise<void> {
  await putAudit(
    chat.table,
    undefined,
    { by: name, action: 'deleteEvent', eventId, changes },
    expiryOf(chat),
  );
}

/**
 * Somebody with valid credentials was refused something. Not in the event's own log, which they have no right to write to.
 * Faults of ours are not their attempt.
 */
export async function auditRefusal(
  chat: Backend,
  { name }: Actor,
  { error, ...attempt }: { action: string; eventId?: string; error: Error },
): Promise<void> {
  const { code } = toChatError(error, '');
  if (code === 'INTERNAL') return;
  const record = { by: name, ...attempt, refused: code };
  await putAudit(chat.table, undefined, record, expiryOf(chat));
}
