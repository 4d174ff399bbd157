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

// As the SDK v2 asks, which knows no AWS_ENDPOINT_URL_DYNAMODB.
test.for([
  ['https:', 'dynamodb.us-east-1.amazonaws.com'],
  ['http:', 'dynamodb.us-east-1.amazonaws.com'],
  ['https:', '123456789012.ddb.us-east-1.amazonaws.com'],
  ['https:', 'dynamodb.us-east-1.api.aws'],
])('a host of DynamoDB is the local one: %s//%s', async ([protocol, host]) => {
  const headers = {
    authorization: 'AWS4-HMAC-SHA256 Credential=ASIA/20260101/us-east-1/dynamodb/aws4_request, Signature=x',
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
  };
  const request = { protocol, host, method: 'POST', path: '/', headers, body: '{}' };
  expect(await core.invoke('Database', { request })).toEqual({
    ok: true,
    payload: { status: 200, text: expect.stringContaining('"TableNames"') },
  });
});

test.for(['https:', 'http:'])('Lambda is the local one: %s', async (protocol) => {
  const path = '/2015-03-31/functions/nobody/invocations';
  const request = { protocol, hostname: 'lambda.us-east-1.amazonaws.com', method: 'POST', path };
  expect(await core.invoke('Database', { request })).toEqual({
    ok: true,
    payload: { status: 404, text: expect.stringContaining('Function not found') },
  });
});

test.for([
  [{ commands: [get], endpoint: 'https://sqs.us-east-1.amazonaws.com' }, 'sqs.us-east-1.amazonaws.com'],
  [{ url: 'https://s3.amazonaws.com' }, 's3.amazonaws.com'],
  [{ url: 'http://s3.amazonaws.com' }, 's3.amazonaws.com'],
  [{ url: 'https://abc.lambda-url.us-east-1.on.aws/' }, 'abc.lambda-url.us-east-1.on.aws'],
  [{ request: { host: 'sts.amazonaws.com' } }, 'sts.amazonaws.com'],
  [{ request: { host: 'STS.us-east-1.AmazonAWS.com' } }, 'STS.us-east-1.AmazonAWS.com'],
  [{ request: { hostname: 'ssm.eu-west-1.amazonaws.com' } }, 'ssm.eu-west-1.amazonaws.com'],
  [{ request: { protocol: 'http:', host: 'ssm.eu-west-1.api.aws' } }, 'ssm.eu-west-1.api.aws'],
  [{ request: { host: 'ssm.cn-north-1.amazonaws.com.cn' } }, 'ssm.cn-north-1.amazonaws.com.cn'],
] as const)('another host of AWS is refused: %o', async ([event, host]) => {
  const known = core.functionLogs.length;
  const { ok } = await core.invoke('Database', event);
  expect(ok).toBe(false);
  expect(JSON.stringify(core.functionLogs.slice(known))).toContain(
    `${host} does not run on the local stack, and functions do not leave this machine.`,
  );
});
