import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { embeddedMetrics } from '../../local/cloudwatch/embedded-metrics.ts';

type Observe = typeof import('../../functions/context/observe.ts');
let observe: Observe;
const settingsWith = (debugSampleRate: number) => JSON.stringify({ debugSampleRate });

beforeAll(async () => {
  Object.assign(process.env, {
    STACK_NAME: 'ChatStack',
    SETTINGS: settingsWith(0),
    POWERTOOLS_METRICS_NAMESPACE: 'Chat',
    // Else Powertools has a console of its own.
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
    // As Lambda sets it where debug lines are wanted.
    AWS_LAMBDA_LOG_LEVEL: 'DEBUG',
  });
  // Another file may have loaded it with another environment.
  vi.resetModules();
  observe = await import('../../functions/context/observe.ts');
});
afterAll(() => {
  vi.resetModules();
});

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  for (const method of ['debug', 'info', 'warn', 'error', 'log'] as const)
    vi.spyOn(console, method).mockImplementation((text) => void lines.push(String(text)));
});
afterEach(() => {
  process.env.SETTINGS = settingsWith(0);
});

const context = (awsRequestId: string) => ({ awsRequestId }) as Context;
const logged = () => lines.map((line) => JSON.parse(line)).filter(({ message }) => message);
const measured = () =>
  lines.flatMap(embeddedMetrics).map(({ id: { name, dimensions }, values }) => [name, values, dimensions]);

test('every line has the ids of its request, and those of no other', async () => {
  const handler = observe.observed(
    ({ connectionId }: { connectionId?: string }) => ({ connectionId, requestId: 'r' }),
    async ({ connectionId }) => {
      observe.log.warn('before', {});
      if (connectionId) observe.correlate({ eventId: 'e' });
      observe.log.info('after', { count: 1 });
    },
  );
  await handler({ connectionId: 'c' }, context('1'));
  await handler({}, context('2'));
  expect(logged()).toMatchObject([
    { message: 'before', connectionId: 'c', requestId: 'r', lambdaRequestId: '1' },
    { message: 'after', connectionId: 'c', requestId: 'r', lambdaRequestId: '1', eventId: 'e', count: 1 },
    { message: 'before', requestId: 'r', lambdaRequestId: '2' },
    { message: 'after', requestId: 'r', lambdaRequestId: '2' },
  ]);
  for (const line of logged().slice(2)) {
    expect(line).not.toHaveProperty('connectionId');
    expect(line).not.toHaveProperty('eventId');
  }
});

test('metrics have one dimension, and are published also when the handler fails', async () => {
  const handler = observe.observed(
    () => ({}),
    async () => {
      observe.metrics.count('DeliveryLag', 120);
      observe.metrics.count('DeliveryLag', 80);
      observe.metrics.count('Windows', 0);
      observe.log.error('broken', {});
      throw new Error('broken');
    },
  );
  await expect(handler({}, context('1'))).rejects.toThrow('broken');
  const service = 'ChatStack';
  expect(measured()).toEqual([
    ['DeliveryLag', [120, 80], { service }],
    ['Errors', [1], { service }],
  ]);
});

test.for([
  [0, []],
  [1, ['window']],
] as const)('with debugSampleRate=%d, debug lines are %j', async ([rate, expected]) => {
  process.env.SETTINGS = settingsWith(rate);
  const handler = observe.observed(
    () => ({}),
    async () => observe.log.debug('window', {}),
  );
  await handler({}, context('1'));
  expect(logged().map(({ message }) => message)).toEqual(expected);
});

test('bytes that were posted go into the next line of metrics, or have one of their own when they are many', async () => {
  const handler = observe.observed(
    () => ({}),
    async ({ bytes, sends = 0 }: { bytes: number; sends?: number }) => {
      observe.countPosted(bytes);
      observe.metrics.count('Messages', sends);
    },
  );
  const dimensions = { service: 'ChatStack' };
  await handler({ bytes: 700 }, context('1'));
  expect(measured()).toEqual([]);
  await handler({ bytes: 300, sends: 1 }, context('2'));
  expect(measured()).toEqual([
    ['Messages', [1], dimensions],
    ['BytesPosted', [1_000], dimensions],
  ]);
  lines = [];
  await handler({ bytes: 2_000_000 }, context('3'));
  expect(measured()).toEqual([['BytesPosted', [2_000_000], dimensions]]);
});
