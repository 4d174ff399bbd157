import { expect, test } from 'vitest';
import { typesNotRun } from '../../local/cloudformation/types-not-run.ts';

const resource = (type: string, properties = {}) => ({
  stack: 'S',
  account: { accountId: '0', region: 'r' },
  logicalId: 'L',
  physicalId: 'P',
  properties,
  type,
});

test('the types that the local stack does not run are listed once each, in order', () => {
  const types = [
    'AWS::Kinesis::Stream',
    'AWS::Lambda::Function',
    'AWS::Cognito::UserPool',
    'AWS::Kinesis::Stream',
  ];
  expect(typesNotRun(types.map((type) => resource(type)))).toEqual([
    'AWS::Cognito::UserPool',
    'AWS::Kinesis::Stream',
  ]);
  expect(typesNotRun([resource('AWS::DynamoDB::GlobalTable'), resource('AWS::IAM::Role')])).toEqual([]);
  expect(typesNotRun([resource('AWS::Lambda::LayerVersion')])).toEqual(['AWS::Lambda::LayerVersion']);
});

test('functions are with them whose runtime is not Node.js', () => {
  const fn = (properties: object) => resource('AWS::Lambda::Function', properties);
  const functions = [{ Runtime: 'nodejs24.x' }, { Runtime: 'python3.13' }, { PackageType: 'Image' }].map(fn);
  expect(typesNotRun(functions)).toEqual([
    'AWS::Lambda::Function (container image)',
    'AWS::Lambda::Function (python3.13)',
  ]);
});
