import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import type { DynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { type DynamoDBEndpoint, startDynamoDBEndpoint } from '../../local/dynamodb/endpoint.ts';
import { startMemoryDynamoDB } from '../../local/dynamodb/memory/memory-server.ts';
import { noFaults } from '../../local/faults.ts';

/** What functions in this process are told by DynamoDB, whether it is in this process, too, or behind HTTP. */

const TableName = 'things';
const item = (id: string, more = {}) => ({ id: { S: id }, ...more });
const caller = { accessKeyId: 'reader and writer', sessionToken: 'alive' };
const faults = noFaults();

let database: DynamoDB;
beforeAll(async () => {
  database = await startMemoryDynamoDB();
  await callDynamoDB(database.endpoint, 'CreateTable', {
    TableName,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});
afterAll(() => database.stop());
beforeEach(() => {
  Object.assign(faults, noFaults());
});

describe.for(['in this process', 'behind HTTP'])('DynamoDB %s', (where) => {
  let dynamodb: DynamoDBEndpoint;
  const told: string[] = [];
  beforeAll(async () => {
    dynamodb = await startDynamoDBEndpoint({
      upstream: {
        endpoint: database.endpoint,
        ...(where === 'in this process' && { answer: database.answer }),
      },
      tableArn: (table) => `arn:aws:dynamodb:us-east-1:123456789012:table/${table}`,
      keyOf: () => ['pk'],
      iam: {
        authorize: (accessKeyId, action) =>
          accessKeyId === caller.accessKeyId || action === 'dynamodb:GetItem',
        principalArn: (accessKeyId) => accessKeyId,
      },
      faults,
      onWrite: (sessionToken, operation) => {
        told.push(operation);
        return sessionToken === 'killed';
      },
    });
  });
  afterAll(() => dynamodb.close());
  const get = async (id: string) =>
    (await dynamodb.call(caller, 'GetItem', { TableName, Key: item(id), ConsistentRead: true })) as object;
  const put = (id: string, more: object = {}, by = caller) =>
    dynamodb.call(by, 'PutItem', { TableName, Item: item(id), ...more });

  test('finds what was put, and writes are told', async () => {
    told.length = 0;
    await put(where);
    expect(await get(where)).toEqual({ Item: item(where) });
    expect(told).toEqual(['PutItem']);
    expect(
      await callDynamoDB(dynamodb.endpoint, 'GetItem', { TableName, Key: item(where) }).catch(String),
    ).toEqual({ Item: item(where) });
  });

  test('says why a condition failed, and a transaction', async () => {
    await put('taken');
    const condition = {
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    await expect(put('taken', condition)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: item('taken'),
    });
    const TransactItems = [{ Put: { TableName, Item: item('taken'), ...condition } }];
    await expect(dynamodb.call(caller, 'TransactWriteItems', { TransactItems })).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: item('taken') }],
    });
  });

  test('refuses what the role does not allow', async () => {
    const reader = { accessKeyId: 'reader', sessionToken: 'alive' };
    await expect(put('forbidden', {}, reader)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:PutItem'),
    });
    expect(await get('forbidden')).toEqual({});
  });

  test('throttles when it is told to', async () => {
    faults.dynamodbThrottleRate = 1;
    await expect(get('anything')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  });

  test('whoever was killed by a write does not hear of it', async () => {
    let isHeard = false;
    const hear = () => {
      isHeard = true;
    };
    put(`last of ${where}`, {}, { ...caller, sessionToken: 'killed' }).then(hear, hear);
    await expect.poll(() => get(`last of ${where}`)).toEqual({ Item: item(`last of ${where}`) });
    expect(isHeard).toBe(false);
  });
});
