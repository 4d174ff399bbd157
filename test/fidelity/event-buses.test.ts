import { createServer } from 'node:http';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { EventBuses } from '../../local/eventbridge/event-buses.ts';
import { noFaults } from '../../local/faults.ts';
import { closeServer, listen } from '../../local/loopback.ts';

// PutEvents as the SDK knows it: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html

const faults = noFaults();
const lines: string[] = [];
let allowed: string[] = [];
let killed = false;
let buses: EventBuses;
const server = createServer(async (req, res) => {
  if (!(await buses.handle(req, res))) res.writeHead(404).end();
});
const port = await listen(server, 0, '127.0.0.1');
const endpoint = `http://127.0.0.1:${port}`;
const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
const client = new EventBridgeClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
afterAll(() => closeServer(server));

const account = { accountId: '000000000000', region: 'us-east-1' };
const arnOfBus = (name: string) => `arn:aws:events:us-east-1:000000000000:event-bus/${name}`;
beforeEach(() => {
  Object.assign(faults, noFaults());
  lines.length = 0;
  allowed = [arnOfBus('chat')];
  killed = false;
  buses = new EventBuses({
    ...{ account, faults, log: (line) => lines.push(line), onPut: () => killed },
    iam: {
      authorize: (_, action, bus) => action === 'events:PutEvents' && allowed.includes(bus),
      principalArn: () => 'arn:aws:sts::000000000000:assumed-role/role/function',
    },
  });
});

const entry = { EventBusName: 'chat', Source: 'test', DetailType: 'Done', Detail: '{"n":1}' };
const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));

test('what is put is kept, and can be looked at', async () => {
  const Time = new Date('2026-01-01T00:00:00Z');
  const { FailedEntryCount, Entries = [] } = await put({ ...entry, Time, Resources: ['arn:x'] }, entry);
  expect(FailedEntryCount).toBe(0);
  const [first, second] = Entries;
  const common = { bus: arnOfBus('chat'), source: 'test', 'detail-type': 'Done', detail: { n: 1 } };
  const kept = [
    { ...common, id: first?.EventId, time: '2026-01-01T00:00:00.000Z', resources: ['arn:x'] },
    { ...common, id: second?.EventId, time: expect.any(String), resources: [] },
  ];
  expect(buses.events).toEqual(kept);
  expect(await (await fetch(`${endpoint}/_local/events`)).json()).toEqual(kept);
  expect(lines).toEqual(['event bus chat: Done from test', 'event bus chat: Done from test']);
});

test('a bus may be named by its ARN', async () => {
  await put({ ...entry, EventBusName: arnOfBus('chat') });
  expect(buses.events).toMatchObject([{ bus: arnOfBus('chat') }]);
});

test.for([
  ['without a source', { Source: '' }, 'InvalidArgument'],
  ['without a detail', { Detail: undefined }, 'InvalidArgument'],
  ['with a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
  ['with a detail that is no object', { Detail: '[]' }, 'MalformedDetail'],
] as const)('an entry %s fails alone', async ([, fault, ErrorCode]) => {
  const { FailedEntryCount, Entries } = await put({ ...entry, ...fault } as PutEventsRequestEntry, entry);
  expect(FailedEntryCount).toBe(1);
  expect(Entries).toMatchObject([{ ErrorCode }, { EventId: expect.any(String) }]);
  expect(buses.events).toHaveLength(1);
});

test.for([
  ['no entries', [] as (typeof entry)[]],
  ['eleven entries', Array(11).fill(entry)],
  ['256 KB', [{ ...entry, Detail: JSON.stringify({ text: 'a'.repeat(256 * 1_024) }) }]],
])('a request with %s is refused as a whole', async ([, entries]) => {
  await expect(put(...(entries as PutEventsRequestEntry[]))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  expect(buses.events).toEqual([]);
});

test('so is one that the caller’s role does not allow', async () => {
  allowed = [];
  await expect(put(entry)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(
      `not authorized to perform: events:PutEvents on resource: ${arnOfBus('chat')}`,
    ),
  });
});

test('entries can be made to fail', async () => {
  faults.putEventsErrorRate = 1;
  expect(await put(entry)).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'InternalFailure' }],
  });
  expect(buses.events).toEqual([]);
});

test('a function that is killed afterwards does not hear the answer', async () => {
  killed = true;
  await expect(put(entry)).rejects.toThrow();
  expect(buses.events).toHaveLength(1);
});

test('other requests are none of its business', async () => {
  expect((await fetch(endpoint, { method: 'POST', body: '{}' })).status).toBe(404);
  expect((await fetch(`${endpoint}/api/events`)).status).toBe(404);
});
