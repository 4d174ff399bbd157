import type { Ban } from '../protocol/entities.ts';
import { banGroup, banKey } from './keys.ts';
import { sanctionsOf } from './sanctions.ts';
import type { Table } from './table.ts';
import type { Write } from './transaction.ts';

/** Who may not join an event. */
export const bans = sanctionsOf<Ban>({ key: banKey, group: banGroup, sinceOf: ({ bannedAt }) => bannedAt });

/** The condition, for a transaction, that a participant is not banned from an event. */
export const notBanned = (eventId: string, participantId: string): Write => ({
  ConditionCheck: {
    Key: banKey(eventId, participantId),
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
    ExpressionAttributeValues: { ':now': Date.now() },
  },
});

/** The same, asked for on its own. */
export const isBanned = async (table: Table, eventId: string, participantId: string): Promise<boolean> =>
  (await bans.get(table, eventId, participantId)) !== undefined;
