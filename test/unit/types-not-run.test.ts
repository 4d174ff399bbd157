import { expect, test } from 'vitest';
import { typesNotRun } from '../../local/cloudformation/types-not-run.ts';

const resource = (type: string) => ({
  stack: 'S',
  account: { accountId: '0', region: 'r' },
  logicalId: 'L',
  physicalId: 'P',
  properties: {},
  type,
});

test('the types that the local stack does not run are listed once each, in order', () => {
  const types = ['AWS::SQS::Queue', 'AWS::Lambda::Function', 'AWS::CloudWatch::Alarm', 'AWS::SQS::Queue'];
  expect(typesNotRun(types.map(resource))).toEqual(['AWS::CloudWatch::Alarm', 'AWS::SQS::Queue']);
  expect(typesNotRun([resource('AWS::DynamoDB::GlobalTable'), resource('AWS::IAM::Role')])).toEqual([]);
  expect(typesNotRun([resource('AWS::Lambda::LayerVersion')])).toEqual(['AWS::Lambda::LayerVersion']);
});
