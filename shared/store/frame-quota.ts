import { updateIf } from './conditional.ts';
import { quotaKey, tableKeys } from './keys.ts';
import type { Table } from './table.ts';

/** Nobody asks for a second that is long over. */
const KEPT_SECONDS = 3_600;

/** Takes frames out of those that a second, counted since the epoch, may have had so far. False: so many are not left. */
export async function takeQuota(
  table: Table,
  second: number,
  frames: number,
  soFar: number,
): Promise<boolean> {
  const taken = await updateIf(table, quotaKey(second), {
    UpdateExpression: 'ADD taken :frames SET #ttl = :ttl',
    // Windows and heartbeats take from the same item.
    ConditionExpression: 'attribute_not_exists(taken) OR taken <= :rest',
    ExpressionAttributeNames: { '#ttl': tableKeys.timeToLive },
    ExpressionAttributeValues: {
      ':frames': frames,
      ':rest': soFar - frames,
      ':ttl': second + KEPT_SECONDS,
    },
  });
  return taken !== undefined;
}
