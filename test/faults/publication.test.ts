import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createEvent, enter as enterAt, http } from '../support/chat.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

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
const api = <Body>(method: string, path: string, body?: unknown) =>
  http<Body>(path, { method, body, url: `${stack.outputs.EventsUrl}` });

interface Detail {
  id: string;
  eventId: string;
}
/** What the bus has got about an event, by kind, each id once. */
const published = (eventId: string) => [
  ...new Set(
    stack.busEvents
      .filter(({ detail }) => (detail as Detail).eventId === eventId)
      .map((event) => `${event['detail-type']} ${(event.detail as Detail).id}`),
  ),
];

test('what happens in an event is published', async () => {
  const eventId = await createEvent('Published', `${stack.outputs.EventsUrl}`);
  const ana = await enterAt(eventId, 'ana', { url: url() });
  const { id, seq } = await ana.say('hello');
  await api('DELETE', `/${eventId}/messages/${seq}`);
  await api('PATCH', `/${eventId}`, { name: 'Renamed' });
  await api('PATCH', `/${eventId}`, { status: 'ended' });
  await expect
    .poll(() => published(eventId))
    .toEqual(
      expect.arrayContaining([
        `EventCreated ${eventId}-created`,
        expect.stringContaining('EventUpdated'),
        `EventEnded ${eventId}-ended`,
        `MessageSent ${id}`,
        expect.stringContaining('MessageDeleted'),
        expect.stringContaining('Moderation'),
      ]),
    );
});
