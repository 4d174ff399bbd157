import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createEvent, enter as enterAt, http } from '../support/chat.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

/** What happens is published at least once, whatever happens to the function that publishes it, or to the bus. */
const busArn = 'arn:aws:events:us-east-1:000000000000:event-bus/chat';

let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    { sendsPerSecond: 1_000, sendBurst: 1_000, 'events.busArn': busArn, 'events.messages': true },
    { functionLogs: 'none' },
  );
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const newEvent = () => createEvent('Published', `${stack.outputs.EventsUrl}`);
const api = <Body>(method: string, path: string, body?: unknown) =>
  http<Body>(path, { method, body, url: `${stack.outputs.EventsUrl}` });

interface Detail {
  id: string;
  eventId: string;
}
/** What the bus has got about an event, by kind and id, as often as it has got it. */
const got = (eventId: string) =>
  stack.busEvents
    .filter(({ detail }) => (detail as Detail).eventId === eventId)
    .map((event) => `${event['detail-type']} ${(event.detail as Detail).id}`);

/** Somebody writes, a moderator deletes, the event is renamed and ends; resolves to the event, and to what is to be published. */
async function evening() {
  const eventId = await newEvent();
  const ana = await enterAt(eventId, 'ana', { url: url() });
  const said = [];
  for (let count = 0; count < 12; count += 1) said.push(await ana.say(`hello ${count}`));
  await expect.poll(() => got(eventId)).toContain(`MessageSent ${said.at(-1)?.id}`);
  await api('DELETE', `/${eventId}/messages/${said[0]?.seq}`);
  await api('PATCH', `/${eventId}`, { name: 'Renamed' });
  await api('PATCH', `/${eventId}`, { status: 'ended' });
  const { body } = await api<{ records: { id: string }[] }>('GET', `/${eventId}/audit`);
  expect(body.records).toHaveLength(4);
  const expected = [
    `EventCreated ${eventId}-created`,
    `EventEnded ${eventId}-ended`,
    `MessageDeleted ${eventId}-13`,
    ...said.map(({ id }) => `MessageSent ${id}`),
    ...body.records.map(({ id }) => `Moderation ${id}`),
  ];
  return { eventId, expected };
}

async function expectPublished({ eventId, expected }: Awaited<ReturnType<typeof evening>>): Promise<void> {
  await expect
    .poll(() => [...new Set(got(eventId))], { timeout: 60_000 })
    .toEqual(expect.arrayContaining(expected));
  // The name and the end: two changes, each under an id of its own, and nothing else. The first may already tell of the end.
  const others = () => [...new Set(got(eventId))].filter((name) => !expected.includes(name));
  await expect
    .poll(() => others().map((name) => name.split(' ')[0]))
    .toEqual(['EventUpdated', 'EventUpdated']);
}

test('everything that happens is published, as it is', async () => {
  const { eventId, expected } = await evening();
  await expectPublished({ eventId, expected });
  expect(stack.busEvents.find(({ detail }) => (detail as Detail).id === `${eventId}-ended`)).toMatchObject({
    bus: busArn,
    source: 'live-event-chat',
    'detail-type': 'EventEnded',
    detail: { eventId, event: { id: eventId, name: 'Renamed', status: 'ended' } },
  });
});

test('a function that dies before it hears that the bus has it publishes it again, under the same id', async () => {
  const fault = { function: 'Publish', puts: 1, times: 3 };
  stack.faults.killAfterPutEvents = fault;
  const { eventId, expected } = await evening();
  await expectPublished({ eventId, expected });
  expect(fault.times).toBe(0);
  expect(got(eventId).length).toBeGreaterThan(new Set(got(eventId)).size);
});

test('what the bus has not taken is put again', async () => {
  stack.faults.putEventsErrorRate = 0.5;
  await expectPublished(await evening());
});
