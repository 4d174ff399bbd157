import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Core, startCore } from './core/core-stack.ts';

// Functions that make up the endpoints of AWS themselves.
let core: Core;

beforeAll(async () => {
  core = await startCore();
});

afterAll(() => core.stop());

const get = ['GetItem', { TableName: '$TABLE', Key: { pk: { S: 'none' }, sk: { S: 'none' } } }];

test('the endpoint of DynamoDB is the local one', async () => {
  const endpoint = 'https://dynamodb.us-east-1.amazonaws.com';
  expect(await core.invoke('Database', { commands: [get], endpoint })).toEqual({ ok: true, payload: [{}] });
});

test('an endpoint of an API is the origin, with fetch too', async () => {
  const url = 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/nothing';
  expect(await core.invoke('Database', { url })).toEqual({ ok: true, payload: 404 });
});

test.for([
  { commands: [get], endpoint: 'https://sqs.us-east-1.amazonaws.com' },
  { url: 'https://s3.amazonaws.com' },
])('other hosts of AWS are refused: %o', async (event) => {
  const outcome = await core.invoke('Database', event);
  expect(outcome.ok).toBe(false);
  expect(JSON.stringify(core.functionLogs)).toMatch(
    /(sqs|s3)\..*amazonaws\.com does not run on the local stack/,
  );
});
