import { beforeEach, expect, test } from 'vitest';
import type { ChangeRecord } from '../../local/dynamodb/memory/change-record.ts';
import { MemoryDynamoDB } from '../../local/dynamodb/memory/memory-dynamodb.ts';

// What DynamoDB Local cannot be asked about; the rest is compared with it in test/store/memory-model.test.ts.

let now: number;
let records: ChangeRecord[];
let database: MemoryDynamoDB;

beforeEach(() => {
  now = 1_000_000;
  records = [];
  database = new MemoryDynamoDB({
    now: () => now,
    historyMs: 10_000,
    onRecord: (_, record) => records.push(record),
  });
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  database.call('CreateTable', {
    TableName: 'table',
    AttributeDefinitions: ['pk', 'sk', 'group', 'rank'].map(attribute),
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byGroup',
        KeySchema: keys('group', 'rank'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
});

const TableName = 'table';
const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
const put = (sk: string, text: string, rest: object = {}) =>
  database.call('PutItem', { TableName, Item: { ...key(sk), text: { S: text }, ...rest } });
const get = (sk: string, options: object, asOf?: number) =>
  database.call('GetItem', { TableName, Key: key(sk), ...options }, { asOf });
const query = (input: object, asOf?: number) =>
  (database.call('Query', { TableName, ...input }, { asOf }) as { Items: { sk: { S: string } }[] }).Items.map(
    ({ sk }) => sk.S,
  );
const inPartition = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } };
const inGroup = {
  IndexName: 'byGroup',
  KeyConditionExpression: '#g = :g',
  ExpressionAttributeNames: { '#g': 'group' },
  ExpressionAttributeValues: { ':g': { S: 'g' } },
};

test('a read that may be stale finds what was there then, in the index too; others do not', () => {
  put('a', 'first', { group: { S: 'g' }, rank: { S: '1' } });
  now += 100;
  put('a', 'second');
  put('b', 'other', { group: { S: 'g' }, rank: { S: '2' } });
  const then = now - 50;
  expect(get('a', {}, then)).toMatchObject({ Item: { text: { S: 'first' } } });
  expect(get('a', { ConsistentRead: true }, then)).toMatchObject({ Item: { text: { S: 'second' } } });
  expect(get('a', {})).toMatchObject({ Item: { text: { S: 'second' } } });
  expect(get('b', {}, then)).toEqual({});
  expect([query(inPartition, then), query(inPartition)]).toEqual([['a'], ['a', 'b']]);
  expect([query(inGroup, then), query(inGroup)]).toEqual([['a'], ['b']]);
  expect(query(inPartition, then - 100)).toEqual([]);
});

test('each change is one record, in order; what changes nothing is none', () => {
  put('a', 'x');
  put('a', 'x');
  put('a', 'y');
  const refused = { TableName, Key: key('a'), ConditionExpression: 'attribute_not_exists(pk)' };
  expect(() => database.call('DeleteItem', refused)).toThrow('The conditional request failed');
  const actions = [{ Delete: { TableName, Key: key('a') } }, { Put: { TableName, Item: key('b') } }];
  database.call('TransactWriteItems', { TransactItems: actions });
  expect(records.map(({ eventName, dynamodb: { Keys } }) => [eventName, Keys.sk?.S])).toEqual([
    ['INSERT', 'a'],
    ['MODIFY', 'a'],
    ['REMOVE', 'a'],
    ['INSERT', 'b'],
  ]);
  expect(records[1]?.dynamodb).toMatchObject({
    OldImage: { text: { S: 'x' } },
    NewImage: { text: { S: 'y' } },
  });
});

test('a transaction with the token of one that was carried out is not carried out again, for ten minutes', () => {
  const add = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
  const transact = (update: object) =>
    database.call('TransactWriteItems', {
      ClientRequestToken: 'token',
      TransactItems: [{ Update: { TableName, Key: key('a'), ...update } }],
    });
  transact(add);
  transact(structuredClone(add));
  expect(get('a', {})).toMatchObject({ Item: { n: { N: '1' } } });
  expect(() => transact({ UpdateExpression: 'REMOVE n' })).toThrow(
    expect.objectContaining({ name: 'IdempotentParameterMismatchException' }),
  );
  now += 10 * 60_000 + 1;
  transact(add);
  expect(get('a', {})).toMatchObject({ Item: { n: { N: '2' } } });
});

test('what it does not know it refuses', () => {
  const legacy = { TableName, Key: key('a'), AttributeUpdates: { a: { Action: 'DELETE' } } };
  expect(() => database.call('UpdateItem', legacy)).toThrow(
    'AttributeUpdates is not known to the DynamoDB in memory',
  );
  expect(() => database.call('ExecuteStatement', {})).toThrow('An unknown operation was requested.');
});
