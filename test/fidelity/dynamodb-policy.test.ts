import { describe, expect, it } from 'vitest';
import { accessOf } from '../../local/dynamodb/request-resources.ts';
import { allows, policyDocumentSchema } from '../../local/iam-policy.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Chat';

const decide = (...Statement: object[]) => {
  const { Statement: statements } = policyDocumentSchema.parse({ Version: '2012-10-17', Statement });
  return (action: string, resource = table, leadingKeys?: string[]) =>
    allows(statements, action, resource, leadingKeys && { 'dynamodb:LeadingKeys': leadingKeys });
};

const allow = (Action: string | string[], Resource: string | string[] = '*') => ({
  Effect: 'Allow',
  Action,
  Resource,
});

it('nothing is allowed that no statement allows', () => {
  expect(decide()('dynamodb:GetItem')).toBe(false);
  expect(decide(allow('dynamodb:PutItem'))('dynamodb:GetItem')).toBe(false);
  expect(decide(allow('dynamodb:GetItem'))('dynamodb:GetItem')).toBe(true);
});

it('wildcards stand for any characters or one, and nothing else is special', () => {
  const allowed = decide(allow(['dynamodb:*Item', 'lambda:Invoke?unction'], `${table}*`));
  expect(allowed('dynamodb:GetItem')).toBe(true);
  expect(allowed('dynamodb:Query')).toBe(false);
  expect(allowed('lambda:InvokeFunction')).toBe(true);
  expect(allowed('dynamodb:GetItem', `${table}/index/byKind`)).toBe(true);
  expect(decide(allow('*', 'arn:aws:s3:::a.b'))('s3:GetObject', 'arn:aws:s3:::aXb')).toBe(false);
});

it('a resource matches as a whole; actions in any case', () => {
  expect(decide(allow('dynamodb:GetItem', table))('dynamodb:GetItem', `${table}/index/byKind`)).toBe(false);
  expect(decide(allow('DynamoDB:getitem', table))('dynamodb:GetItem')).toBe(true);
  expect(decide(allow('dynamodb:GetItem', table.toUpperCase()))('dynamodb:GetItem')).toBe(false);
});

it('a denial wins, wherever it stands', () => {
  const denial = { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: table };
  for (const allowed of [decide(allow('*'), denial), decide(denial, allow('*'))]) {
    expect(allowed('dynamodb:DeleteItem')).toBe(false);
    expect(allowed('dynamodb:PutItem')).toBe(true);
  }
});

it('NotAction and NotResource allow everything else', () => {
  const allowed = decide({ Effect: 'Allow', NotAction: 'dynamodb:DeleteItem', NotResource: `${table}2` });
  expect(allowed('dynamodb:PutItem')).toBe(true);
  expect(allowed('dynamodb:DeleteItem')).toBe(false);
  expect(allowed('dynamodb:PutItem', `${table}2`)).toBe(false);
});

describe('conditions about leading keys', () => {
  const limited = (operator: string, patterns: string | string[], Effect = 'Allow') => ({
    ...allow('dynamodb:*'),
    Effect,
    Condition: { [operator]: { 'dynamodb:LeadingKeys': patterns } },
  });
  const get = (allowed: ReturnType<typeof decide>, ...keys: string[]) =>
    allowed('dynamodb:BatchGetItem', table, keys);

  it('of all values must be met by each', () => {
    const allowed = decide(limited('ForAllValues:StringLike', ['CONN#*', 'AUDIT']));
    expect(get(allowed, 'CONN#1', 'AUDIT')).toBe(true);
    expect(get(allowed, 'CONN#1', 'EVENT#1')).toBe(false);
    expect(get(allowed, 'AUDITS')).toBe(false);
    expect(get(decide(limited('ForAllValues:StringEquals', 'CONN#*')), 'CONN#1')).toBe(false);
  });

  it('of all values are met by a request without one, such as a scan; others are not', () => {
    expect(decide(limited('ForAllValues:StringLike', 'CONN#*'))('dynamodb:Scan')).toBe(true);
    expect(decide(limited('ForAnyValue:StringLike', 'CONN#*'))('dynamodb:Scan')).toBe(false);
  });

  it('of any value are met by one, and can deny', () => {
    const allowed = decide(allow('dynamodb:*'), limited('ForAnyValue:StringLike', 'AUDIT*', 'Deny'));
    expect(get(allowed, 'CONN#1')).toBe(true);
    expect(get(allowed, 'CONN#1', 'AUDIT')).toBe(false);
  });

  it('of a kind that is not known here allow, and do not deny', () => {
    const about = (Condition: object, Effect = 'Allow') => ({ ...allow('dynamodb:*'), Effect, Condition });
    const unknown = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
    expect(decide(about(unknown))('dynamodb:GetItem')).toBe(true);
    expect(decide(allow('*'), about(unknown, 'Deny'))('dynamodb:GetItem')).toBe(true);
    const both = { ...unknown, 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'CONN#*' } };
    expect(get(decide(about(both)), 'EVENT#1')).toBe(false);
  });
});

describe('the leading keys of a request', () => {
  const keyOf = (name: string, index?: string) =>
    name === 'Chat' ? (index ? ['group', 'rank'] : ['pk', 'sk']) : [];
  const keysOf = (operation: string, input: object) =>
    accessOf(operation, { TableName: 'Chat', ...input }, () => table, keyOf).map(({ action, context }) => [
      action,
      context['dynamodb:LeadingKeys'],
    ]);
  const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
  const query = (KeyConditionExpression: string, more = {}) => ({
    KeyConditionExpression,
    ExpressionAttributeValues: { ':a': { S: 'a' }, ':b': { S: 'b' } },
    ...more,
  });

  it.for([
    ['GetItem', { Key: key('a') }, ['a']],
    ['UpdateItem', { Key: key('a') }, ['a']],
    ['DeleteItem', { Key: key('a') }, ['a']],
    ['PutItem', { Item: { ...key('a'), text: { S: 'b' } } }, ['a']],
    ['PutItem', { Item: { pk: { N: '7' } } }, ['7']],
    ['Query', query('pk = :a AND begins_with(sk, :b)'), ['a']],
    ['Query', query('sk = :b AND #p = :a', { ExpressionAttributeNames: { '#p': 'pk' } }), ['a']],
    ['Query', { KeyConditions: { pk: { AttributeValueList: [{ S: 'a' }] } } }, ['a']],
    ['Query', query('#g = :a', { IndexName: 'byGroup', ExpressionAttributeNames: { '#g': 'group' } }), ['a']],
    ['BatchGetItem', { RequestItems: { Chat: { Keys: [key('a'), key('b')] } } }, ['a', 'b']],
    [
      'BatchWriteItem',
      { RequestItems: { Chat: [{ PutRequest: { Item: key('a') } }, { DeleteRequest: { Key: key('b') } }] } },
      ['a', 'b'],
    ],
    ['Scan', {}, undefined],
    ['GetItem', { TableName: 'Other', Key: key('a') }, undefined],
    ['GetItem', { TableName: table, Key: key('a') }, ['a']],
  ] as const)('%s %j', ([operation, input, keys]) => {
    expect(keysOf(operation, input)).toEqual([[`dynamodb:${operation}`, keys]]);
  });

  it('are asked for each item of a transaction', () => {
    const TableName = 'Chat';
    const TransactItems = [
      { Put: { TableName, Item: key('a') } },
      { ConditionCheck: { TableName, Key: key('b') } },
    ];
    expect(keysOf('TransactWriteItems', { TransactItems })).toEqual([
      ['dynamodb:PutItem', ['a']],
      ['dynamodb:ConditionCheckItem', ['b']],
    ]);
    expect(keysOf('TransactGetItems', { TransactItems: [{ Get: { TableName, Key: key('a') } }] })).toEqual([
      ['dynamodb:GetItem', ['a']],
    ]);
  });
});
