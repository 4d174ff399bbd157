import { expect, test } from 'vitest';
import { askingForCapacity, consumedBy } from '../../local/dynamodb/consumed.ts';

const answer = (content: object) => Buffer.from(JSON.stringify(content));
const one = (CapacityUnits: number) => answer({ ConsumedCapacity: { TableName: 'chat', CapacityUnits } });
const failed = answer({ __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' });

test('a request is asked what it consumes', () => {
  const input = { TableName: 'chat', Key: { pk: { S: 'a' } } };
  expect(JSON.parse(`${askingForCapacity(input)}`)).toEqual({ ...input, ReturnConsumedCapacity: 'TOTAL' });
});

test.for([
  ['a read', 'GetItem', { ConsistentRead: true }, 200, one(3), [3, 0]],
  ['a consistent read of nothing', 'GetItem', { ConsistentRead: true }, 200, one(0), [1, 0]],
  ['a query that finds nothing', 'Query', {}, 200, one(0), [0.5, 0]],
  ['a read without an answer of capacity', 'Query', {}, 200, answer({ Items: [] }), [0.5, 0]],
  [
    'many reads, of which one is there',
    'BatchGetItem',
    { RequestItems: { chat: { ConsistentRead: true, Keys: [{}, {}, {}] } } },
    200,
    answer({ ConsumedCapacity: [{ CapacityUnits: 1 }] }),
    [3, 0],
  ],
  ['a write', 'UpdateItem', {}, 200, one(2), [0, 2]],
  ['a write whose condition failed', 'PutItem', {}, 400, failed, [0, 1]],
  ['a transaction that failed', 'TransactWriteItems', { TransactItems: [{}, {}] }, 400, failed, [0, 4]],
  ['a write that was malformed', 'PutItem', {}, 400, answer({ __type: 'ValidationException' }), [0, 0]],
  ['a read that was refused', 'GetItem', {}, 400, answer({ __type: 'ValidationException' }), [0, 0]],
] as const)('%s', ([, operation, input, status, content, [readUnits, writeUnits]]) => {
  expect(consumedBy(operation, input, status, content)).toEqual({ readUnits, writeUnits });
});
