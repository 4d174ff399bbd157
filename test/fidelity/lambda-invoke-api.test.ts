import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { type Core, startCore } from './core/core-stack.ts';

let core: Core;
let client: LambdaClient;

beforeAll(async () => {
  core = await startCore();
  const credentials = { accessKeyId: 'developer', secretAccessKey: 'local' };
  client = new LambdaClient({ endpoint: core.origin, region: 'us-east-1', credentials });
});

afterAll(async () => {
  client.destroy();
  await core.stop();
});

const parse = (payload: Uint8Array | undefined) => JSON.parse(Buffer.from(payload ?? []).toString());

describe('Invoke', () => {
  it('answers RequestResponse with the result', async () => {
    const FunctionName = core.functionName('Echo');
    const output = await client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from('{"a":1}') }));
    expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(output.FunctionError).toBeUndefined();
    expect(parse(output.Payload)).toMatchObject({ event: { a: 1 } });
  });

  it('answers 200 with FunctionError when the function fails', async () => {
    const FunctionName = core.functionName('Crash');
    const output = await client.send(
      new InvokeCommand({ FunctionName, Payload: Buffer.from('{"how":"throw"}') }),
    );
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(parse(output.Payload)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no such thing' });
  });

  it('takes a function by name, by ARN and by ARN with a version', async () => {
    const name = core.functionName('Nested');
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    for (const FunctionName of [name, arn, `${arn}:$LATEST`]) {
      expect(parse((await client.send(new InvokeCommand({ FunctionName }))).Payload)).toBe('deep');
    }
  });

  it('runs nothing on DryRun', async () => {
    const FunctionName = core.functionName('Crash');
    const output = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
    expect(output.StatusCode).toBe(204);
  });

  it('refuses an unknown function and a payload that is no JSON', async () => {
    await expect(client.send(new InvokeCommand({ FunctionName: 'nobody' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody',
      $metadata: { httpStatusCode: 404 },
    });
    const FunctionName = core.functionName('Echo');
    const Payload = Buffer.from('{');
    await expect(client.send(new InvokeCommand({ FunctionName, Payload }))).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
  });

  it.each(['constructor', '__proto__', 'Other'])('refuses the invocation type %s', async (type) => {
    const answer = await fetch(
      `${core.origin}/2015-03-31/functions/${core.functionName('Echo')}/invocations`,
      {
        method: 'POST',
        headers: { 'x-amz-invocation-type': type },
      },
    );
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'InvalidParameterValueException',
    ]);
  });

  it('answers 404 for a name that cannot be decoded', async () => {
    const url = `${core.origin}/2015-03-31/functions/%/invocations`;
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
  });

  it('lets functions invoke each other and themselves', async () => {
    expect(await core.invoke('Caller', { depth: 2 })).toMatchObject({
      payload: { payload: { payload: { depth: 0 } } },
    });
  });

  it("refuses a function whose role does not allow lambda:InvokeFunction on the other's ARN", async () => {
    const functionName = core.functionName('Crash');
    const { ok, payload } = await core.invoke('Caller', { functionName, payload: {} });
    expect(ok).toBe(false);
    expect(payload).toMatchObject({
      errorType: 'AccessDeniedException',
      errorMessage: expect.stringMatching(
        /^User: arn:aws:sts::000000000000:assumed-role\/Core-CallerServiceRole.*\/Core-Caller.* is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:Core-Crash.* because no identity-based policy allows the lambda:InvokeFunction action$/,
      ),
    });
  });
});

describe('functions that invoke another one many times at once', () => {
  it('get all results', async () => {
    const event = { functionName: core.functionName('Echo'), payload: { hello: 1 }, concurrently: 16 };
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => core.invoke('Caller', event)));
    const one = expect.objectContaining({
      StatusCode: 200,
      payload: expect.objectContaining({ event: { hello: 1 } }),
    });
    expect(outcomes).toEqual(outcomes.map(() => ({ ok: true, payload: Array(16).fill(one) })));
  });

  it.each([
    { total: 4, perFunction: 4, left: 1 },
    { total: 3, perFunction: 3, left: 1 },
    { total: 4, perFunction: 2, left: 2 },
    { total: 1, perFunction: 1, left: 1 },
  ])('do so within $total environments, $perFunction of each function', async ({ left, ...fleet }) => {
    const dynamodb = { endpoint: core.dynamodbEndpoint, stop: async () => {} };
    const narrow = await startCore({
      dynamodb,
      tableNamePrefix: `${fleet.total}-${fleet.perFunction}-`,
      fleet,
    });
    const scratch = mkdtempSync(join(tmpdir(), 'fan-out-'));
    onTestFinished(async () => {
      await narrow.stop();
      rmSync(scratch, { recursive: true });
    });
    const until = join(scratch, 'end');
    writeFileSync(`${until}.started`, '');
    const started = () => readFileSync(`${until}.started`, 'utf8').split('\n').filter(Boolean);

    const event = { functionName: narrow.functionName('Waiting'), payload: { until }, concurrently: 8 };
    const callers = [1, 2, 3].map(() => narrow.invoke('Caller', event));
    // What the callers leave, or the one that every function gets, is busy. Nothing more fits.
    await vi.waitFor(() => expect(started()).toHaveLength(left), 20_000);
    const waiting = expect.stringContaining('requests wait');
    await vi.waitFor(() => expect(narrow.log).toContainEqual(waiting), 20_000);
    writeFileSync(until, '');
    const one = expect.objectContaining({ StatusCode: 200, payload: expect.any(String) });
    expect(await Promise.all(callers)).toEqual(Array(3).fill({ ok: true, payload: Array(8).fill(one) }));
    expect(started()).toHaveLength(24);
  });
});

describe('an asynchronous invocation', () => {
  const attempts = async (id: string) => {
    const output = await callDynamoDB(core.dynamodbEndpoint, 'GetItem', {
      TableName: core.outputs.TableName,
      Key: { pk: { S: id }, sk: { S: 'attempts' } },
      ConsistentRead: true,
    });
    return Number((output as { Item?: { attempts: { N: string } } }).Item?.attempts.N ?? 0);
  };

  it('is answered 202 at once, retried as the template says, then given up', async () => {
    const FunctionName = core.functionName('Retried');
    const Payload = Buffer.from('{"id":"async#1"}');
    const output = await client.send(new InvokeCommand({ FunctionName, Payload, InvocationType: 'Event' }));
    expect(output.StatusCode).toBe(202);

    await vi.waitFor(async () => expect(await attempts('async#1')).toBe(1), 20_000);
    expect(core.failedEvents).toEqual([]);
    // The first retry comes after a minute, and the template allows one.
    await vi.waitFor(async () => {
      core.clock.advance(60_000);
      expect(core.failedEvents).toHaveLength(1);
    }, 20_000);
    expect(await attempts('async#1')).toBe(2);
    expect(core.failedEvents).toMatchObject([
      {
        functionName: FunctionName,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 2,
        requestPayload: { id: 'async#1' },
        responsePayload: { errorType: 'Error', errorMessage: 'again' },
      },
    ]);
  });
});
