import type { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed, retryTransient, type UpdateInput } from './conditional.ts';
import { rateKey, tableKeys } from './keys.ts';
import { epochSeconds, type Table } from './table.ts';

export interface Rate {
  perSecond: number;
  burst: number;
}

export interface Taken {
  /** Milliseconds until there is one again; 0: there was one. */
  waitMs: number;
  /** How much of the burst is used, 0 (idle until now) to 1. */
  used: number;
}

/**
 * Takes so much (`cost`, at most the burst) from an allowance, if there is that much.
 * GCRA (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one item remembers the theoretical arrival time
 * `tat`. DynamoDB expressions have no max(), hence the two updates.
 */
export async function takeRate(
  table: Table,
  participantId: string,
  action: string,
  { perSecond, burst }: Rate,
  cost = 1,
): Promise<Taken> {
  const Key = rateKey(participantId, action);
  const now = Date.now();
  const interval = Math.ceil(1000 / perSecond);
  const price = cost * interval;
  const tolerance = burst * interval - price;
  const ttl = epochSeconds(now + burst * interval + 60_000);
  /** The `tat` that stands in the way; undefined: done. */
  const attempt = async (
    update: Pick<UpdateInput, 'UpdateExpression' | 'ConditionExpression'>,
    values: Record<string, number>,
  ): Promise<number | undefined> => {
    const command = new UpdateCommand({
      TableName: table.name,
      Key,
      ...update,
      ExpressionAttributeNames: { '#ttl': tableKeys.timeToLive },
      ExpressionAttributeValues: { ':ttl': ttl, ...values },
      // So that a refusal costs one request: those who flood get many.
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await retryTransient(() => table.client.send(command));
      return undefined;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return Number((error as ConditionalCheckFailedException).Item?.tat?.N ?? now);
    }
  };
  const refused = (tat: number): Taken => ({ waitMs: Math.max(1, tat - tolerance - now), used: 1 });
  // Idle until now: the allowance is full.
  const tat = await attempt(
    {
      UpdateExpression: 'SET tat = :next, #ttl = :ttl',
      ConditionExpression: 'attribute_not_exists(tat) OR tat <= :now',
    },
    { ':now': now, ':next': now + price },
  );
  if (tat === undefined) return { waitMs: 0, used: 0 };
  if (tat > now + tolerance) return refused(tat);
  // Within the burst: as many as there are in advance.
  const later = await attempt(
    { UpdateExpression: 'SET tat = tat + :price, #ttl = :ttl', ConditionExpression: 'tat <= :limit' },
    { ':price': price, ':limit': now + tolerance },
  );
  return later === undefined ? { waitMs: 0, used: (tat - now) / (burst * interval) } : refused(later);
}
