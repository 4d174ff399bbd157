import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { callDynamoDB, DynamoDBError } from './call.ts';
import { itemKey } from './stream-record.ts';

/** DynamoDB itself promises a few days. */
const sweepMs = 30_000;

/** How long a removal may take to come out of the stream. */
const rememberMs = 600_000;

const tableSchema = z.object({
  KeySchema: z.array(z.object({ AttributeName: z.string() })),
  GlobalSecondaryIndexes: z.array(z.unknown()).min(1),
  TimeToLiveSpecification: z.object({ AttributeName: z.string() }),
});

const pageSchema = z.object({
  Items: z.array(z.record(z.string(), z.unknown())).default([]),
  LastEvaluatedKey: z.unknown().optional(),
});

/** Tells whether the service itself has removed this item lately. */
export interface TimeToLive {
  hasRemoved(tableName: string, keys: object): boolean;
  stop(): void;
}

/**
 * Removes expired items that DynamoDB Local leaves behind: its own sweep passes over items that lack the key attribute
 * of a secondary index. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export function startTimeToLive(
  endpoint: string,
  tables: readonly Resource[],
  clock: Clock,
  onError: (error: unknown) => void,
): TimeToLive {
  const removed = new Map<string, number>();
  const remembered = (tableName: string, keys: object) =>
    `${tableName} ${itemKey({ dynamodb: { Keys: keys } })}`;
  const swept = tables.flatMap(({ physicalId, properties }) => {
    const table = tableSchema.safeParse(properties);
    return table.success ? [{ TableName: physicalId, ...table.data }] : [];
  });

  const sweep = async ({ TableName, KeySchema, TimeToLiveSpecification }: (typeof swept)[number]) => {
    const now = Math.floor(clock.now() / 1000);
    const expired = {
      ExpressionAttributeNames: { '#ttl': TimeToLiveSpecification.AttributeName },
      // What expired more than five years ago is taken for a mistake and kept.
      ExpressionAttributeValues: { ':now': { N: `${now}` }, ':then': { N: `${now - 5 * 365 * 86_400}` } },
    };
    const expression = '#ttl < :now AND #ttl > :then';
    let ExclusiveStartKey: unknown;
    do {
      const input = { TableName, ...expired, FilterExpression: expression, ExclusiveStartKey };
      const page = pageSchema.parse(await callDynamoDB(endpoint, 'Scan', input));
      for (const item of page.Items) {
        const Key = Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, item[name]]));
        removed.set(remembered(TableName, Key), clock.now());
        const remove = { TableName, Key, ...expired, ConditionExpression: expression };
        await callDynamoDB(endpoint, 'DeleteItem', remove).catch((error: unknown) => {
          removed.delete(remembered(TableName, Key));
          // Renewed in the meantime, or removed by DynamoDB Local.
          if (!(error instanceof DynamoDBError)) throw error;
        });
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  };

  let stopped = false;
  let cancel = () => {};
  const arm = () => {
    cancel = clock.after(sweepMs, async () => {
      for (const [key, at] of removed) if (at < clock.now() - rememberMs) removed.delete(key);
      for (const table of swept) await sweep(table).catch((error) => stopped || onError(error));
      if (!stopped) arm();
    });
  };
  if (swept.length > 0) arm();
  return {
    hasRemoved: (tableName, keys) => removed.has(remembered(tableName, keys)),
    stop() {
      stopped = true;
      cancel();
    },
  };
}
