import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Core, startCore } from './core/core-stack.ts';

let core: Core;

beforeAll(async () => {
  core = await startCore();
});

afterAll(() => core.stop());

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

it('a rule hands its function the scheduled event of EventBridge', async () => {
  const { ok, payload } = await core.runSchedule('EveryMinute');
  expect(ok).toBe(true);
  expect((payload as { event: unknown }).event).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: expect.stringMatching(time),
    region: 'us-east-1',
    resources: [expect.stringMatching(/^arn:aws:events:us-east-1:000000000000:rule\/Core-EveryMinute/)],
    detail: {},
  });
});

it('a rule or schedule with an input hands over that, context attributes filled in', async () => {
  expect(await core.runSchedule('Daily')).toMatchObject({ payload: { event: { task: 'daily' } } });
  expect(await core.runSchedule('Hourly')).toMatchObject({
    payload: { event: { at: expect.stringMatching(time) } },
  });
});

it('a schedule that does not exist is named', async () => {
  await expect(core.runSchedule('Never')).rejects.toThrow('No schedule is called Never');
});

it('schedules run by the clock', async () => {
  const fired = () => core.printed('Scheduled').filter((line) => String(line).includes('aws.events'));
  const before = fired().length;
  core.clock.advance(59_000);
  expect(fired()).toHaveLength(before);
  core.clock.advance(1_000);
  await vi.waitFor(() => expect(fired()).toHaveLength(before + 1), 20_000);
  core.clock.advance(60_000);
  await vi.waitFor(() => expect(fired()).toHaveLength(before + 2), 20_000);
});
