import { ChatError } from '../../protocol/errors.ts';
import type { Connection } from '../../store/connections.ts';
import type { Table } from '../../store/table.ts';
import { membershipOf } from '../membership-of.ts';
import { isModerator } from './require-moderator.ts';

/**
 * Checks what binds everybody but moderators, who are looked up only when it refuses them. False: it has refused a moderator.
 * Throws what it throws for anybody else.
 */
export async function unlessModerator(
  table: Table,
  connection: Connection,
  check: () => Promise<void>,
): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    const { eventId, participant } = membershipOf(connection);
    const who = { participantId: participant.id, rights: connection.identity?.rights ?? [] };
    if (!(error instanceof ChatError) || !(await isModerator(table, eventId, who))) throw error;
    return false;
  }
}
