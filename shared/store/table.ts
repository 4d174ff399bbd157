import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { forEachConcurrently, sleep } from '../concurrency.ts';
import { type Key, tableKeys } from './keys.ts';

/** The one table and the client that reaches it. */
export interface Table {
  readonly name: string;
  readonly client: DynamoDBDocumentClient;
}

/** A hung socket must not hold a window for as long as its Lambda lives. */
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };

export function openTable(
  name: string,
  client = new DynamoDBClient({ requestHandler, maxAttempts: 6 }),
): Table {
  return {
    name,
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  };
}

export type Item = Record<string, unknown>;

/** One item, strongly consistent unless told otherwise. */
export async function getItem<T>(table: Table, key: Key, { consistent = true } = {}): Promise<T | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key, ConsistentRead: consistent }),
  );
  return Item as T | undefined;
}

/** The items with these keys, at most 100, in any order, strongly consistent unless told otherwise. */
export async function batchGet(
  table: Table,
  keys: readonly Key[],
  { consistent = true } = {},
): Promise<Item[]> {
  const items: Item[] = [];
  let wanted = keys as unknown as Item[];
  while (wanted.length > 0) {
    const { Responses, UnprocessedKeys } = await table.client.send(
      new BatchGetCommand({ RequestItems: { [table.name]: { Keys: wanted, ConsistentRead: consistent } } }),
    );
    items.push(...(Responses?.[table.name] ?? []));
    wanted = UnprocessedKeys?.[table.name]?.Keys ?? [];
    if (wanted.length > 0) await sleep(UNPROCESSED_WAIT_MS);
  }
  return items;
}

export interface GroupPage {
  keys: Key[];
  /** The rank to go on after, when there is more. */
  next?: string;
}

export interface GroupQuery {
  limit: number;
  /** No rank lower than this. */
  since?: string;
  /** The item that the page before ended with. */
  from?: (Key & { rank: string }) | undefined;
}

/** Keys of the items of one group of the index, highest rank first. The index is eventually consistent. */
export async function queryGroup(
  table: Table,
  group: string,
  { limit, since = '0', from }: GroupQuery,
): Promise<GroupPage> {
  const { index } = tableKeys;
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: index.name,
      KeyConditionExpression: '#group = :group AND #rank >= :since',
      ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort },
      ExpressionAttributeValues: { ':group': group, ':since': since },
      ScanIndexForward: false,
      // One more than asked for tells whether there is more.
      Limit: limit + 1,
      ...(from && { ExclusiveStartKey: { ...from, [index.partition]: group } }),
    }),
  );
  const page = Items.slice(0, limit);
  const keys = page.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
  const last = page.at(-1);
  return Items.length > limit && last ? { keys, next: String(last[index.sort]) } : { keys };
}

/** Keys of the items of one group, lowest rank first, as far as their rank is below `before`; page after page. */
export async function* listGroup(
  table: Table,
  group: string,
  before = '~',
): AsyncGenerator<Key & { rank: string }> {
  const { index } = tableKeys;
  const pages = queryPages(table, {
    IndexName: index.name,
    KeyConditionExpression: '#group = :group AND #rank < :before',
    ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort },
    ExpressionAttributeValues: { ':group': group, ':before': before },
  });
  for await (const page of pages) {
    for (const { pk, sk, [index.sort]: rank } of page)
      yield { pk: String(pk), sk: String(sk), rank: String(rank) };
  }
}

/** Deletes items, 25 a request; deleting what is gone is no error. */
export async function deleteItems(table: Table, keys: readonly Key[]): Promise<void> {
  const starts = Array.from({ length: Math.ceil(keys.length / 25) }, (_, index) => index * 25);
  await forEachConcurrently(starts, DELETE_CONCURRENCY, async (from) => {
    let requests = keys.slice(from, from + 25).map((Key) => ({ DeleteRequest: { Key } }));
    while (requests.length > 0) {
      const { UnprocessedItems } = await table.client.send(
        new BatchWriteCommand({ RequestItems: { [table.name]: requests } }),
      );
      requests = (UnprocessedItems?.[table.name] ?? []) as typeof requests;
      if (requests.length > 0) await sleep(UNPROCESSED_WAIT_MS);
    }
  });
}

/** All items of a query, page after page: a page ends at 1 MB whatever matches. `laterLimit`: for all but the first, asked before each. */
export async function* queryPages(
  table: Table,
  { laterLimit, ...input }: Omit<QueryCommandInput, 'TableName'> & { laterLimit?: () => number },
): AsyncGenerator<Item[]> {
  let from: Item | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        ...input,
        TableName: table.name,
        ...(from && { ExclusiveStartKey: from }),
        ...(from && laterLimit && { Limit: laterLimit() }),
      }),
    );
    yield page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}

/** Before what a batch left undone, throttled, is asked for again. */
const UNPROCESSED_WAIT_MS = 50;
const DELETE_CONCURRENCY = 10;

/** Seconds since the epoch, as DynamoDB's time to live wants them. */
export const epochSeconds = (millis: number): number => Math.ceil(millis / 1000);
