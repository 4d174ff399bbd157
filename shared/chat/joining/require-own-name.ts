import type { Author } from '../../protocol/entities.ts';
import { badRequest } from '../../protocol/parse.ts';
import { skeletonsOf } from '../../protocol/skeletons.ts';
import { listStaff } from '../../store/staff.ts';
import type { Table } from '../../store/table.ts';

/** Throws `BAD_REQUEST` for a name that looks like that of a host, moderator or operator who is in the event. */
export async function requireOwnName(table: Table, eventId: string, { id, username }: Author): Promise<void> {
  const others = (await listStaff(table, eventId)).filter(({ participantId }) => participantId !== id);
  if (others.length === 0) return;
  const own = skeletonsOf(username);
  if (others.some((other) => skeletonsOf(other.username).some((skeleton) => own.includes(skeleton))))
    throw badRequest('username', 'looks like the name of somebody who moderates this event');
}
