import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { Ban } from '../protocol/entities.ts';
import { updateIf } from './conditional.ts';
import { banGroup, banKey, idOf, tableKeys } from './keys.ts';
import { batchGet, epochSeconds, getItem, queryGroup, type Table } from './table.ts';
import type { Write } from './transaction.ts';

const isOver = 'attribute_not_exists(pk) OR expiresAt <= :now';

/** The condition, for a transaction, that a participant is not banned from an event. */
export const notBanned = (eventId: string, participantId: string): Write => ({
  ConditionCheck: {
    Key: banKey(eventId, participantId),
    ConditionExpression: isOver,
    ExpressionAttributeValues: { ':now': Date.now() },
  },
});

/** The same, asked for on its own. */
export async function isBanned(table: Table, eventId: string, participantId: string): Promise<boolean> {
  const item = await getItem<{ expiresAt?: number }>(table, banKey(eventId, participantId));
  return item !== undefined && (item.expiresAt ?? Number.POSITIVE_INFINITY) > Date.now();
}

/** Bans, or changes the ban that there is. */
export async function putBan(table: Table, eventId: string, ban: Ban): Promise<void> {
  const { index, timeToLive } = tableKeys;
  const expiresAt = ban.expiresAt === undefined ? undefined : Date.parse(ban.expiresAt);
  const set = 'SET ban = :ban, #group = :group, #rank = :rank';
  await updateIf(table, banKey(eventId, ban.participantId), {
    UpdateExpression:
      expiresAt === undefined ? `${set} REMOVE expiresAt, #ttl` : `${set}, expiresAt = :at, #ttl = :ttl`,
    ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort, '#ttl': timeToLive },
    ExpressionAttributeValues: {
      ...{ ':ban': ban, ':group': banGroup(eventId), ':rank': rankOf(ban) },
      ...(expiresAt !== undefined && { ':at': expiresAt, ':ttl': epochSeconds(expiresAt) }),
    },
  });
}

/** Adds the name that the banned participant had when it was sent out; another ban leaves it. */
export async function nameBan(
  table: Table,
  eventId: string,
  participantId: string,
  username: string,
): Promise<void> {
  await updateIf(table, banKey(eventId, participantId), {
    UpdateExpression: 'SET username = :name',
    // Not lifted meanwhile.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':name': username },
  });
}

export async function deleteBan(table: Table, eventId: string, participantId: string): Promise<void> {
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: banKey(eventId, participantId) }));
}

const rankOf = ({ bannedAt, participantId }: Ban) => `${bannedAt}#${participantId}`;

/** Bans of an event that are not over, newest first; at most 100 a page. `from`: the `next` of the page before. */
export async function listBans(
  table: Table,
  eventId: string,
  { limit, from }: { limit: number; from?: string | undefined },
): Promise<{ bans: Ban[]; next?: string }> {
  const { keys, ...more } = await queryGroup(table, banGroup(eventId), {
    limit,
    from: from === undefined ? undefined : { ...banKey(eventId, idOf(from)), rank: from },
  });
  const items = await batchGet(table, keys);
  const now = Date.now();
  const bans = items
    .filter(({ expiresAt }) => expiresAt === undefined || Number(expiresAt) > now)
    .map(({ ban, username }) => ({
      ...(ban as Ban),
      ...(username !== undefined && { username: String(username) }),
    }))
    .sort((a, b) => (rankOf(a) < rankOf(b) ? 1 : -1));
  return { bans, ...more };
}
