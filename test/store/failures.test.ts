import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, test } from 'vitest';
import { defaultReactions } from '../../shared/protocol/reactions.ts';
import { newEventHead } from '../../shared/store/event-head.ts';
import { getEvents } from '../../shared/store/events.ts';
import { eventHeadKey, eventKey } from '../../shared/store/keys.ts';
import { deleteFromOutbox } from '../../shared/store/presence-outbox.ts';
import { openTable } from '../../shared/store/table.ts';
import { transact } from '../../shared/store/transaction.ts';

// What a database on one machine never does: here it is forced.
const dynamodb = mockClient(DynamoDBDocumentClient);
afterEach(() => dynamodb.reset());
const table = openTable('t');

const canceled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'canceled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

test('a transaction that met another one is tried again', async () => {
  dynamodb
    .on(TransactWriteCommand)
    .rejectsOnce(canceled('TransactionConflict', 'None'))
    .rejectsOnce(canceled('None', 'TransactionConflict'))
    .resolves({});
  expect(await transact(table, [{ Put: { Item: { pk: 'a', sk: 'b' } } }])).toEqual([]);
  expect(dynamodb.commandCalls(TransactWriteCommand)).toHaveLength(3);
});

test('a failed condition wins over a conflict: it is the answer', async () => {
  dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict', 'ConditionalCheckFailed'));
  expect(await transact(table, [])).toEqual([1]);
});

test('any other failure is thrown', async () => {
  dynamodb.on(TransactWriteCommand).rejects(canceled('ValidationError'));
  await expect(transact(table, [])).rejects.toThrow('canceled');
});

test('keys that a batch left unread are read', async () => {
  const item = (key: object, rest: object) => ({ ...key, ...rest });
  dynamodb
    .on(BatchGetCommand)
    .resolvesOnce({
      Responses: { t: [item(eventKey('e'), { id: 'e', name: 'E', createdAt: 'now' })] },
      UnprocessedKeys: { t: { Keys: [eventHeadKey('e')] } },
    })
    .resolves({ Responses: { t: [item(eventHeadKey('e'), newEventHead)] } });
  expect(await getEvents(table, ['e'])).toEqual([
    {
      ...{ id: 'e', name: 'E', createdAt: 'now', status: 'active' },
      ...{ participantCount: 0, viewerCount: 0, reactions: defaultReactions },
    },
  ]);
});

test('deletes that a batch left undone are done, 25 at a time', async () => {
  const entries = Array.from({ length: 30 }, (_, i) => ({ ulid: `u${i}` })) as never[];
  const left = [{ DeleteRequest: { Key: { pk: 'EVENT#e', sk: 'OUTBOX#u0' } } }];
  dynamodb
    .on(BatchWriteCommand)
    .resolvesOnce({ UnprocessedItems: { t: left } })
    .resolves({});
  await deleteFromOutbox(table, 'e', entries);
  const sizes = dynamodb
    .commandCalls(BatchWriteCommand)
    .map((call) => call.args[0].input.RequestItems?.t?.length);
  expect(sizes.sort()).toEqual([1, 25, 5]);
});
