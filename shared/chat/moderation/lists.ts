import type { AuditRecord, Ban, Mute } from '../../protocol/entities.ts';
import { limits } from '../../protocol/limits.ts';
import { badRequest } from '../../protocol/parse.ts';
import { listAudit as readAudit } from '../../store/audit.ts';
import { bans } from '../../store/bans.ts';
import { mutes } from '../../store/mutes.ts';
import type { Chat } from '../chat.ts';

interface Page {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The current bans of an event, newest first. Throws `BAD_REQUEST` for a cursor that the server did not make. */
export async function listBans(
  { table }: Chat,
  eventId: string,
  page: Page,
): Promise<{ bans: Ban[]; nextCursor?: string }> {
  const { items, next } = await bans.list(table, eventId, sanctionsFrom(page));
  return { bans: items, ...nextCursor(next) };
}

/** The current mutes of an event, likewise. */
export async function listMutes(
  { table }: Chat,
  eventId: string,
  page: Page,
): Promise<{ mutes: Mute[]; nextCursor?: string }> {
  const { items, next } = await mutes.list(table, eventId, sanctionsFrom(page));
  return { mutes: items, ...nextCursor(next) };
}

const sanctionsFrom = ({ limit = limits.historyLength, cursor }: Page) => ({
  limit,
  from: readCursor(cursor, /^\d{4}-\d\d-\d\dT[\d:.]{12}Z#[\w-]{1,64}$/),
});

/** The audit log of an event, or of refused attempts on any, newest first. Throws `BAD_REQUEST` for a cursor that the server did not make. */
export async function listAudit(
  { table }: Chat,
  eventId: string | undefined,
  { limit = limits.historyLength, cursor }: Page,
): Promise<{ records: AuditRecord[]; nextCursor?: string }> {
  const from = readCursor(cursor, /^[0-9A-Z]{26}$/);
  const { next, ...page } = await readAudit(table, eventId, { limit, from });
  return { ...page, ...nextCursor(next) };
}

const nextCursor = (next: string | undefined) =>
  next === undefined ? {} : { nextCursor: Buffer.from(next).toString('base64url') };

function readCursor(cursor: string | undefined, shape: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const from = Buffer.from(cursor, 'base64url').toString();
  if (!shape.test(from)) throw badRequest('cursor', 'must be the nextCursor of an earlier answer');
  return from;
}
