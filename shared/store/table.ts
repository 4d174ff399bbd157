import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from './keys.ts';

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

/** All items of a query, page after page: a page ends at 1 MB whatever matches. */
export async function* queryPages(
  table: Table,
  input: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<Item[]> {
  let from: Item | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({ ...input, TableName: table.name, ...(from && { ExclusiveStartKey: from }) }),
    );
    yield page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}

/** Before what a batch left undone, throttled, is asked for again. */
export const UNPROCESSED_WAIT_MS = 50;

/** Seconds since the epoch, as DynamoDB's time to live wants them. */
export const epochSeconds = (millis: number): number => Math.ceil(millis / 1000);
