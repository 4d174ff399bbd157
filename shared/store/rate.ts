import { updateIf } from './conditional.ts';
import { rateKey } from './keys.ts';
import { epochSeconds, getItem, type Table } from './table.ts';

export interface Rate {
  perSecond: number;
  burst: number;
}

/**
 * Takes one from a participant's allowance; resolves to 0, or to the milliseconds until the next one.
 * GCRA (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one item remembers the theoretical arrival time
 * `tat`. DynamoDB expressions have no max(), hence the two updates.
 */
export async function takeRate(
  table: Table,
  participantId: string,
  action: string,
  { perSecond, burst }: Rate,
): Promise<number> {
  const Key = rateKey(participantId, action);
  const now = Date.now();
  const interval = Math.ceil(1000 / perSecond);
  const tolerance = (burst - 1) * interval;
  const ttl = epochSeconds(now + tolerance + interval + 60_000);
  const attempt = async (UpdateExpression: string, ConditionExpression: string, values: object) => {
    const updated = await updateIf(table, Key, {
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':ttl': ttl, ...values },
    });
    return updated !== undefined;
  };
  // Idle until now: the allowance is full.
  const idle = await attempt('SET tat = :next, #ttl = :ttl', 'attribute_not_exists(tat) OR tat <= :now', {
    ':now': now,
    ':next': now + interval,
  });
  if (idle) return 0;
  // Within the burst: as many as there are in advance.
  const within = await attempt('SET tat = tat + :interval, #ttl = :ttl', 'tat <= :limit', {
    ':interval': interval,
    ':limit': now + tolerance,
  });
  if (within) return 0;
  const item = await getItem<{ tat: number }>(table, Key);
  return Math.max(1, (item?.tat ?? now) - tolerance - now);
}
