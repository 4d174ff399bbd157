import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { createEvent, enter } from '../support/chat.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';
import { connectSocket, enterSocket, textsOf } from '../support/sockets.ts';

const UNBATCHED_MAX = 3;
let stack: RunningChat | undefined;
beforeAll(async () => {
  if (!inject('isDeployed'))
    stack = await runChatHere(unlimited, { forFunctions: { unbatchedAudienceMax: UNBATCHED_MAX } });
});
afterAll(() => stack?.stop());

/** What batches brought, as `event seq` or `event`. */
const inBatches = (entries: readonly { name: string; data: unknown }[]) =>
  entries
    .filter(({ name }) => name === 'batch')
    .flatMap(({ data }) => data as [string, { seq?: number }][])
    .map(([event, { seq }]) => (seq === undefined ? event : `${event} ${seq}`));

test('all three ways of hearing, in one event: the same messages in the same order', async () => {
  const eventId = await createEvent();
  const json = await enter(eventId, 'json');
  const single = await enterSocket(eventId, 'single');
  const batched = await connectSocket({ query: { batch: 1 } });
  await batched.ask('joinEvent', { eventId, username: 'batched' });
  const speakers = [
    ...Array.from({ length: 10 }, (_, i) => json.say(`json ${i}`)),
    ...Array.from({ length: 10 }, (_, i) => single.ask('sendMessage', { text: `single ${i}` })),
    ...Array.from({ length: 10 }, (_, i) => batched.ask('sendMessage', { text: `batched ${i}` })),
  ];
  await Promise.all(speakers);
  await json.until('30 messages', () => json.all('newMessage').length >= 30);
  const expected = json.all('newMessage').map(({ text }) => text);
  await expect.poll(() => textsOf(single)).toEqual(expected);
  await expect
    .poll(() => inBatches(batched.entries).filter((item) => item.startsWith('newMessage')))
    .toHaveLength(30);
  expect(inBatches(batched.entries)).toEqual([
    'eventHistory',
    ...Array.from({ length: 30 }, (_, i) => `newMessage ${i + 1}`),
  ]);
  // Answers come as they are, whatever the wire does with deliveries.
  expect(await batched.ask('leaveEvent', {})).toEqual({ ok: true });
  batched.emit('sendMessage', { text: 'gone' });
  expect(await batched.hears('error')).toMatchObject({ code: 'NOT_JOINED' });
});

test.skipIf(inject('isDeployed'))(
  'in a large audience a client without batch is told how to get in',
  async () => {
    const url = `${stack?.outputs.WebSocketUrl}`;
    const eventId = await createEvent('Large', `${stack?.outputs.EventsUrl}`);
    const first = await enterSocket(eventId, 'first', { url });
    for (let i = 1; i < UNBATCHED_MAX; i += 1) await enter(eventId, `json ${i}`, { url });
    const single = await connectSocket({}, url);
    expect(await single.ask('joinEvent', { eventId, username: 'single' })).toEqual({
      ok: false,
      error: { code: 'BATCH_REQUIRED', message: expect.stringContaining('query: {batch: 1}') },
    });
    const batched = await connectSocket({ query: { batch: 1 } }, url);
    expect(await batched.ask('joinEvent', { eventId, username: 'batched' })).toMatchObject({ ok: true });
    // Who is there already may rename itself, and comes back when its connection is lost.
    expect(await first.ask('joinEvent', { eventId, username: 'renamed' })).toMatchObject({ ok: true });
    await first.hears('eventHistory');
    await first.cut();
    await batched.ask('sendMessage', { text: 'many here' });
    await first.comeBack();
    expect(await first.hears<Message>('newMessage')).toMatchObject({ text: 'many here' });
  },
);
