import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../local/dynamodb/table.ts';
import { newId } from '../../shared/ids.ts';
import { tableKeys } from '../../shared/store/keys.ts';
import { openTable, type Table } from '../../shared/store/table.ts';

const { index } = tableKeys;
const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const keySchema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

export type TableSettings = Pick<DynamoDBClientConfig, 'maxAttempts' | 'requestHandler'>;

/** An empty table with the keys of the real one, on the DynamoDB at `endpoint`. */
export async function newTableAt(endpoint: string, settings: TableSettings = {}): Promise<Table> {
  const name = `chat-${newId()}`;
  await createTable(endpoint, {
    stack: 'Test',
    account: { accountId: '000000000000', region: 'us-east-1' },
    logicalId: name,
    type: 'AWS::DynamoDB::Table',
    physicalId: name,
    properties: {
      AttributeDefinitions: [tableKeys.partition, tableKeys.sort, index.partition, index.sort].map(attribute),
      KeySchema: keySchema(tableKeys.partition, tableKeys.sort),
      GlobalSecondaryIndexes: [
        {
          IndexName: index.name,
          KeySchema: keySchema(index.partition, index.sort),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    },
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return openTable(name, new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, ...settings }));
}
