import type { Outgoing } from '../delivery/content/frames.ts';
import type { Author, Mute } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import type { Connection } from '../store/connections.ts';
import type { EventHead } from '../store/event-head.ts';
import { mutes } from '../store/mutes.ts';
import type { Table } from '../store/table.ts';
import type { Chat } from './chat.ts';
import { membershipOf } from './membership-of.ts';

/** The mute that somebody is under in an event, whose role says that they do not moderate it. */
export const muteOf = async (
  table: Table,
  eventId: string,
  { id, role }: Author,
): Promise<Mute | undefined> => (role === undefined ? mutes.get(table, eventId, id) : undefined);

/** What the muted are told. */
export const toldOf = (eventId: string, { expiresAt: until, reason }: Mute): Outgoing => ({
  event: 'muted',
  data: { eventId, seconds: Math.ceil(waitMs(until) / 1000), ...(reason !== undefined && { reason }), until },
});

const waitMs = (until: string) => Math.max(1, Date.parse(until) - Date.now());

/**
 * Throws `MUTED`, also for moderators, whom no mute binds. Costs nothing while nobody in the event is muted, as its head says; a head that was
 * not read consistently may not know a mute yet.
 */
export async function requireNotMuted(
  { table }: Pick<Chat, 'table'>,
  connection: Connection,
  { mutedUntil = 0 }: Partial<EventHead>,
): Promise<void> {
  if (mutedUntil <= Date.now()) return;
  const { eventId, participant } = membershipOf(connection);
  const mute = await mutes.get(table, eventId, participant.id);
  if (mute) throw mutedError(mute);
}

export const mutedError = ({ expiresAt, reason }: Mute): ChatError =>
  new ChatError('MUTED', { retryAfterMs: waitMs(expiresAt), ...(reason !== undefined && { reason }) });
