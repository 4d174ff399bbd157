import { expect, it } from 'vitest';
import { allows, policyDocumentSchema } from '../../local/iam-policy.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Chat';

const decide = (...Statement: object[]) => {
  const { Statement: statements } = policyDocumentSchema.parse({ Version: '2012-10-17', Statement });
  return (action: string, resource = table) => allows(statements, action, resource);
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
