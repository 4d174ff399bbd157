import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { type Core, startCore } from './core/core-stack.ts';

let core: Core;

beforeAll(async () => {
  core = await startCore();
});

afterAll(() => core.stop());

const TableName = '$TABLE';
const item = (pk: string, rest: object = {}) => ({ pk: { S: pk }, sk: { S: 'x' }, ...rest });
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
const run = (...commands: [string, object][]) => core.invoke('Database', { commands });

describe('a table of the template', () => {
  it('has its keys, indexes, stream and time to live', async () => {
    const name = { TableName: core.outputs.TableName };
    expect(await callDynamoDB(core.dynamodbEndpoint, 'DescribeTable', name)).toMatchObject({
      Table: {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [{ IndexName: 'byKind', Projection: { ProjectionType: 'ALL' } }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      },
    });
    expect(await callDynamoDB(core.dynamodbEndpoint, 'DescribeTimeToLive', name)).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' },
    });
  });

  it('is read and written through the unmodified SDK', async () => {
    const outcome = await run(
      ['PutItem', { TableName, Item: item('rw', { n: { N: '1' } }) }],
      ['GetItem', { TableName, Key: key('rw'), ConsistentRead: true }],
    );
    expect(outcome).toEqual({ ok: true, payload: [{}, { Item: item('rw', { n: { N: '1' } }) }] });
  });

  it('gives the SDK the exceptions of DynamoDB', async () => {
    const put = { TableName, Item: item('once'), ConditionExpression: 'attribute_not_exists(pk)' };
    expect(await run(['PutItem', put], ['PutItem', put])).toMatchObject({
      ok: false,
      payload: {
        errorType: 'ConditionalCheckFailedException',
        errorMessage: 'The conditional request failed',
      },
    });
  });
});

describe('a function', () => {
  const denied = (action: string, resource = core.outputs.TableName) => ({
    ok: false,
    payload: {
      errorType: 'AccessDeniedException',
      errorMessage: expect.stringMatching(
        new RegExp(
          '^User: arn:aws:sts::000000000000:assumed-role/Core-DatabaseServiceRole.*/Core-Database.* is not authorized to ' +
            `perform: dynamodb:${action} on resource: arn:aws:dynamodb:us-east-1:000000000000:table/${resource} ` +
            `because no identity-based policy allows the dynamodb:${action} action$`,
        ),
      ),
    },
  });

  it('may do what its role allows and nothing else', async () => {
    expect(await run(['Query', { TableName, ...allOf('rw') }])).toMatchObject({ ok: true });
    expect(await run(['DeleteItem', { TableName, Key: key('rw') }])).toMatchObject(denied('DeleteItem'));
    expect(await run(['Scan', { TableName }])).toMatchObject(denied('Scan'));
  });

  it('may use an index only if its ARN is allowed, too', async () => {
    const query = {
      TableName,
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': { S: 'x' } },
    };
    expect(await run(['Query', query])).toMatchObject(
      denied('Query', `${core.outputs.TableName}/index/byKind`),
    );
  });

  it('needs the permissions of the items of a transaction', async () => {
    const Put = { TableName, Item: item('transacted') };
    expect(await run(['TransactWriteItems', { TransactItems: [{ Put }] }])).toMatchObject({ ok: true });
    const ConditionCheck = { TableName, Key: key('rw'), ConditionExpression: 'attribute_exists(pk)' };
    const mixed = { TransactItems: [{ Put }, { ConditionCheck }] };
    expect(await run(['TransactWriteItems', mixed])).toMatchObject(denied('ConditionCheckItem'));
  });

  it('may not touch other tables, not even such that do not exist', async () => {
    const Item = item('elsewhere');
    expect(await run(['PutItem', { TableName: 'other', Item }])).toMatchObject(denied('PutItem', 'other'));
    const RequestItems = { [TableName]: { Keys: [key('rw')] } };
    expect(await run(['BatchGetItem', { RequestItems }])).toMatchObject(denied('BatchGetItem'));
  });
});

function allOf(pk: string) {
  return { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } };
}

describe('DynamoDB Local', () => {
  it('that already runs is used, and left running', async () => {
    const running = await startDynamoDB({ endpoint: core.dynamodbEndpoint });
    const other = await startCore({ dynamodb: running, tableNamePrefix: 'second-' });
    expect(other.dynamodbEndpoint).toBe(core.dynamodbEndpoint);
    expect(other.outputs.TableName).toMatch(/^second-Data-Table/);
    await other.stop();
    await callDynamoDB(core.dynamodbEndpoint, 'DescribeTable', { TableName: core.outputs.TableName });
  });

  it('that does not answer is named', async () => {
    await expect(startDynamoDB({ endpoint: 'http://127.0.0.1:9' })).rejects.toThrow(
      'No DynamoDB answers at http://127.0.0.1:9 (DYNAMODB_ENDPOINT).',
    );
  });
});
