import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { updateIf } from './conditional.ts';
import { idOf, type Key, tableKeys } from './keys.ts';
import { batchGet, epochSeconds, getItem, queryGroup, type Table } from './table.ts';

/** What bans and mutes have in common: one item for each participant of an event, in the index, until they are over. */
interface Sanction {
  participantId: string;
  username?: string | undefined;
  reason?: string | undefined;
  expiresAt?: string | undefined;
}

/** Where those of one kind are, and since when one stands. */
interface SanctionKind<S extends Sanction> {
  key(eventId: string, participantId: string): Key;
  group(eventId: string): string;
  sinceOf(sanction: S): string;
}

interface SanctionItem<S extends Sanction> {
  sanction: S;
  username?: string;
  /** Milliseconds since the epoch. */
  expiresAt?: number;
}

export const sanctionsOf = <S extends Sanction>({ key, group, sinceOf }: SanctionKind<S>) => {
  const rankOf = (sanction: S) => `${sinceOf(sanction)}#${sanction.participantId}`;
  const isOver = ({ expiresAt = Number.POSITIVE_INFINITY }: SanctionItem<S>) => expiresAt <= Date.now();
  const asTold = ({ sanction, username }: SanctionItem<S>): S =>
    username === undefined ? sanction : { ...sanction, username };

  return {
    /** Imposes it, or changes the one that there is. */
    async put(table: Table, eventId: string, sanction: S): Promise<void> {
      const { index, timeToLive } = tableKeys;
      const expiresAt = sanction.expiresAt === undefined ? undefined : Date.parse(sanction.expiresAt);
      const set = 'SET sanction = :sanction, #group = :group, #rank = :rank';
      await updateIf(table, key(eventId, sanction.participantId), {
        UpdateExpression:
          expiresAt === undefined ? `${set} REMOVE expiresAt, #ttl` : `${set}, expiresAt = :at, #ttl = :ttl`,
        ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort, '#ttl': timeToLive },
        ExpressionAttributeValues: {
          ...{ ':sanction': sanction, ':group': group(eventId), ':rank': rankOf(sanction) },
          ...(expiresAt !== undefined && { ':at': expiresAt, ':ttl': epochSeconds(expiresAt) }),
        },
      });
    },

    /** Adds the name that the participant had; another `put` leaves it. */
    async name(table: Table, eventId: string, participantId: string, username: string): Promise<void> {
      await updateIf(table, key(eventId, participantId), {
        UpdateExpression: 'SET username = :name',
        // Not lifted meanwhile.
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':name': username },
      });
    },

    async lift(table: Table, eventId: string, participantId: string): Promise<void> {
      const Key = key(eventId, participantId);
      await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
    },

    /** Undefined: there is none, or it is over. */
    async get(table: Table, eventId: string, participantId: string): Promise<S | undefined> {
      const item = await getItem<SanctionItem<S>>(table, key(eventId, participantId));
      return item && !isOver(item) ? asTold(item) : undefined;
    },

    /** Those of an event that are not over, newest first; at most 100 a page. `from`: the `next` of the page before. */
    async list(
      table: Table,
      eventId: string,
      { limit, from }: { limit: number; from?: string | undefined },
    ): Promise<{ items: S[]; next?: string }> {
      const { keys, ...more } = await queryGroup(table, group(eventId), {
        limit,
        from: from === undefined ? undefined : { ...key(eventId, idOf(from)), rank: from },
      });
      const items = (await batchGet(table, keys)) as unknown as SanctionItem<S>[];
      const current = items.filter((item) => !isOver(item)).map(asTold);
      return { items: current.sort((a, b) => (rankOf(a) < rankOf(b) ? 1 : -1)), ...more };
    },
  };
};
