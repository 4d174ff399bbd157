import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Core, startCore } from './core/core-stack.ts';

let core: Core;
const scratch = mkdtempSync(join(tmpdir(), 'lambda-'));

beforeAll(async () => {
  core = await startCore({ fleet: { total: 4, perFunction: 3 } });
});

afterAll(async () => {
  await core.stop();
  rmSync(scratch, { recursive: true });
});

/** Starts invocations that last until `finish` is called, and waits until `running` of them are under way. */
async function startWaiting(name: string, count: number, running: number) {
  const until = join(scratch, name);
  writeFileSync(`${until}.started`, '');
  const results = Array.from({ length: count }, () => core.invoke('Waiting', { until }));
  const started = () => readFileSync(`${until}.started`, 'utf8').trim().split('\n').filter(Boolean);
  await vi.waitFor(() => expect(started()).toHaveLength(running), 20_000);
  return { started, results, finish: () => writeFileSync(until, '') };
}

describe('an invocation', () => {
  it('hands event and result over as JSON', async () => {
    const event = { at: new Date(0), nothing: undefined, list: [undefined, Number.NaN] };
    expect(await core.invoke('Echo', event)).toMatchObject({
      ok: true,
      payload: { event: { at: '1970-01-01T00:00:00.000Z', list: [null, null] } },
    });
  });

  it('has the context of the Node.js runtime', async () => {
    const { payload } = await core.invoke('Echo');
    const functionName = core.functionName('Echo');
    expect(payload).toMatchObject({
      context: {
        functionName,
        functionVersion: '$LATEST',
        invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
        memoryLimitInMB: '256',
        awsRequestId: expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/),
        logGroupName: `/aws/lambda/${functionName}`,
        remaining: expect.toSatisfy((ms: number) => ms > 0 && ms <= 3000),
      },
    });
  });

  it("finds Lambda's variables and the template's in its environment", async () => {
    const { payload } = await core.invoke('Echo');
    expect(payload).toMatchObject({
      environment: {
        _HANDLER: 'echo.handler',
        _X_AMZN_TRACE_ID: expect.stringMatching(
          /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
        ),
        AWS_REGION: 'us-east-1',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_ENDPOINT_URL_LAMBDA: core.origin,
        TABLE: core.outputs.TableName,
        CALLBACK_URL: `${core.origin}/prod`,
        TZ: 'UTC',
      },
    });
    expect(payload).not.toHaveProperty('environment.HOME');
  });

  it('loads CommonJS although a package.json above would make it a module, and the SDK from the runtime', async () => {
    const { payload } = await core.invoke('CommonJs');
    expect(payload).toEqual({ answer: 42, requires: 'function', sdk: 'object' });
  });

  it('finds a handler in a folder and inside an object, in an archive, and inline', async () => {
    expect(await core.invoke('Archived')).toEqual({ ok: true, payload: 'deep' });
    expect(await core.invoke('Nested')).toEqual({ ok: true, payload: 'deep' });
    expect(await core.invoke('Inline')).toEqual({ ok: true, payload: 'inline' });
  });

  it('takes callbacks up to nodejs22.x and refuses them from nodejs24.x on', async () => {
    expect(await core.invoke('CallbackOn22')).toEqual({ ok: true, payload: 'called back' });
    const errorType = 'Runtime.CallbackHandlerDeprecated';
    expect(await core.invoke('Callback')).toMatchObject({ ok: false, payload: { errorType } });
  });
});

describe('an execution environment', () => {
  it('is used again, and keeps its globals', async () => {
    const { payload } = await core.invoke('Echo');
    const { invocations } = payload as { invocations: number };
    expect(await core.invoke('Echo')).toMatchObject({ payload: { invocations: invocations + 1 } });
  });

  it('takes one invocation at a time: concurrent ones run in environments of their own', async () => {
    const { started, results, finish } = await startWaiting('concurrent', 2, 2);
    expect(new Set(started()).size).toBe(2);
    finish();
    const used = (await Promise.all(results)).map(({ payload }) => payload);
    expect(used.sort()).toEqual(started().sort());
  });

  it('is waited for when no more fit the machine, which is said once', async () => {
    const { started, results, finish } = await startWaiting('bounded', 5, 3);
    finish();
    expect(await Promise.all(results)).toHaveLength(5);
    expect(new Set(started()).size).toBe(3);
    expect(core.log.filter((line) => line.includes('requests wait'))).toHaveLength(1);
  });

  it('exists once for every function even then, so that functions can wait for each other', async () => {
    const { results, finish } = await startWaiting('full', 3, 3);
    const functionName = core.functionName('Echo');
    const { payload } = await core.invoke('Caller', { functionName, payload: { hello: 1 } });
    expect(payload).toMatchObject({ StatusCode: 200, payload: { event: { hello: 1 } } });
    finish();
    await Promise.all(results);
    // Five are there now. For the next one two are closed: the bound holds again.
    await core.invoke('Nested');
    expect(await core.killEnvironments('')).toBe(4);
  });

  it('ends with what it is at when the code is replaced, and takes no further invocation', async () => {
    const { started, results, finish } = await startWaiting('replaced', 1, 1);
    const before = await core.invoke('Echo');
    expect(core.replaceEnvironments()).toBeGreaterThan(1);
    expect(await core.invoke('Echo')).toMatchObject({ payload: { invocations: 1 } });
    finish();
    expect(await Promise.all(results)).toEqual([{ ok: true, payload: started()[0] }]);
    expect(before).toMatchObject({ ok: true });
    const next = await startWaiting('after', 1, 1);
    next.finish();
    await Promise.all(next.results);
    expect(next.started()).not.toEqual(started());
  });

  it('is frozen between invocations: what was not awaited goes on during the next one', async () => {
    const { payload } = await core.invoke('Frozen', { timerMs: 100 });
    const { dueAt } = payload as { dueAt: number };
    await vi.waitUntil(() => Date.now() > dueAt + 10);
    const thawedAt = Date.now();
    expect(await core.invoke('Frozen')).toEqual({
      ok: true,
      payload: { firedAt: expect.toSatisfy((firedAt: number) => firedAt >= thawedAt) },
    });
  });

  it('has a process.env of its own', async () => {
    await core.invoke('Crash', { how: 'environment' });
    expect(await core.invoke('Impatient')).toMatchObject({ ok: true, payload: { invocations: 1 } });
    expect(process.env.LEAKED).toBeUndefined();
  });
});

describe('a function error', () => {
  const failsWith = async (name: string, event: unknown, errorType: string, errorMessage?: unknown) => {
    const outcome = await core.invoke(name, event);
    expect(outcome).toMatchObject({
      ok: false,
      payload: { errorType, ...(errorMessage ? { errorMessage } : {}) },
    });
    return outcome.payload as { trace: string[] };
  };
  const requestId = 'RequestId: [0-9a-f-]{36} Error:';
  const isFresh = async (name: string) =>
    expect(await core.invoke(name, {})).toMatchObject({ ok: true, payload: { invocations: 1 } });

  it('describes what was thrown', async () => {
    const { trace } = await failsWith('Crash', { how: 'throw' }, 'TypeError', 'no such thing');
    expect(trace[0]).toBe('TypeError: no such thing');
    expect(trace[1]).toMatch(/crash\.mjs:\d+/);
    await failsWith('Crash', { how: 'throw text' }, 'string', 'just text');
    await failsWith('Crash', { how: 'circular' }, 'Error', 'Unable to stringify response body');
  });

  it('points into the source of a minified bundle that has a source map', async () => {
    const { trace } = await failsWith('Minified', { id: '7' }, 'Error', 'no order 7');
    expect(trace[1]).toMatch(/at placeOrder \(.*place-order\.ts:6:9\)/);
  });

  it('of a timeout ends the environment, even one that spins', async () => {
    const text = new RegExp(`^${requestId} Task timed out after 1\\.00 seconds$`);
    await failsWith('Impatient', { how: 'hang' }, 'Sandbox.Timedout', expect.stringMatching(text));
    await failsWith('Impatient', { how: 'spin' }, 'Sandbox.Timedout', expect.stringMatching(text));
    await isFresh('Impatient');
  });

  it('of a process that exits, or has nothing left to do, ends the environment', async () => {
    const text = new RegExp(`^${requestId} Runtime exited with error: exit status 3$`);
    await failsWith('Crash', { how: 'exit' }, 'Runtime.ExitError', expect.stringMatching(text));
    await failsWith('Crash', { how: 'never' }, 'Runtime.NodeJsExit');
    await failsWith('Crash', { how: 'reject' }, 'Runtime.UnhandledPromiseRejection', 'Error: nobody listens');
    await isFresh('Crash');
  });

  it('of exhausted memory ends the environment and nothing else', async () => {
    const text = new RegExp(`^${requestId} Runtime exited with error: signal: killed$`);
    await failsWith('Crash', { how: 'memory' }, 'Runtime.ExitError', expect.stringMatching(text));
    await isFresh('Crash');
  });

  it.each([
    ['NoModule', 'Runtime.ImportModuleError', "Error: Cannot find module 'missing'"],
    ['NoHandler', 'Runtime.HandlerNotFound', 'echo.nothing is undefined or not exported'],
    ['BadSyntax', 'Runtime.UserCodeSyntaxError', "SyntaxError: Unexpected token '=>'"],
    ['FailingInit', 'RangeError', 'cannot start'],
  ])('of the init phase: %s is %s', async (name, errorType, errorMessage) => {
    await failsWith(name, {}, errorType, errorMessage);
    // Each invocation tries again.
    await failsWith(name, {}, errorType, errorMessage);
  });

  it('of a killed environment reaches the one who waits', async () => {
    const { results, finish } = await startWaiting('killed', 1, 1);
    expect(await core.killEnvironments('Waiting')).toBeGreaterThan(0);
    expect(await Promise.all(results)).toMatchObject([
      { ok: false, payload: { errorType: 'Runtime.ExitError' } },
    ]);
    finish();
  });
});

describe('what a function prints', () => {
  it('is kept with its level and request', async () => {
    const { payload } = await core.invoke('Echo', { say: 'hello' });
    const { context } = payload as { context: { awsRequestId: string } };
    const entry = core.functionLogs.find(({ requestId }) => requestId === context.awsRequestId);
    expect(entry).toMatchObject({ level: 'INFO', text: "echoing { say: 'hello' }" });
  });

  it('is shown if it is an error', async () => {
    await core.invoke('Crash', { how: 'throw' });
    expect(core.log.join('\n')).toMatch(/^Crash[0-9A-F]{8} \| TypeError: no such thing$/m);
    expect(core.log.join('\n')).not.toContain('echoing');
  });
});
