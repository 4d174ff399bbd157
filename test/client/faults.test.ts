import { DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Frame } from '../../client/index.ts';
import { managementClient } from '../fidelity/gateway/management.ts';
import { createEvent } from '../support/chat.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';
import { outliveLeases } from './leases.ts';
import { enter as enterAt, isLive, shows, textsIn, until } from './rooms.ts';

let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat({ joinsPerSecond: 1_000, joinBurst: 1_000 }, { functionLogs: 'none' });
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const newEvent = () => createEvent('Faulty', `${stack.outputs.EventsUrl}`);
const enter = (eventId: string, username: string, frames: Frame[] = []) =>
  enterAt(eventId, username, {
    url: `${stack.outputs.WebSocketUrl}`,
    onFrame: (frame) => frames.push(frame),
  });
/** As API Gateway does after two hours. */
async function closeAll(): Promise<void> {
  const management = managementClient(`${stack.outputs.ManagementUrl}`);
  const closing = stack
    .connections()
    .map((ConnectionId) => management.send(new DeleteConnectionCommand({ ConnectionId })));
  await Promise.all(closing);
}

test.for([
  ['before its message is stored', ' HEAD', 1],
  ['right after its message is stored', 'MSG#', 1],
  ['with the lease in its hands', 'CURSOR', 1],
] as const)(
  'a function that dies %s: the message is there once, and the next ones after it',
  async ([, of, writes]) => {
    const eventId = await newEvent();
    const frames: Frame[] = [];
    const ana = await enter(eventId, 'ana', frames);
    const ben = await enter(eventId, 'ben');
    const death = { function: 'SendMessage', of, writes, times: 1 };
    stack.faults.killAfterWrites = death;
    const sending = ['one', 'two', 'three'].map((text) => ana.send(text));
    await expect.poll(() => death.times).toBe(0);
    await outliveLeases(stack);
    await Promise.all(sending);
    await shows(ben, 'one', 'two', 'three');
    expect(textsIn(ana)).toEqual(['one', 'two', 'three']);
    // It came from API Gateway itself: neither an event nor an answer.
    expect(frames.map(({ content }) => content)).toContainEqual(
      expect.objectContaining({ message: 'Internal server error' }),
    );
  },
);

test('a join whose function dies is made again', async () => {
  const eventId = await newEvent();
  const death = { function: 'JoinEvent', posts: 1, times: 1 };
  stack.faults.killAfterPosts = death;
  const ana = await enter(eventId, 'ana');
  expect(death.times).toBe(0);
  await ana.send('here');
  expect(textsIn(ana)).toEqual(['here']);
});

test('whoever sends too fast waits as long as they are told, and keeps the order', async () => {
  const eventId = await newEvent();
  const frames: Frame[] = [];
  const ana = await enter(eventId, 'ana', frames);
  const texts = Array.from({ length: 25 }, (_, i) => `${i}`);
  const seqs = (await Promise.all(texts.map((text) => ana.send(text)))).map(({ seq }) => seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(textsIn(ana)).toEqual(texts);
});

test('connections that the server closes come back, with what was said meanwhile', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben');
  const lost = [ana, ben].map((room) =>
    until(room, 'a lost connection', ({ status }) => status === 'reconnecting'),
  );
  await closeAll();
  await Promise.all(lost);
  await ana.send('hello');
  await isLive(ben);
  await shows(ben, 'hello');
});

test('messages whose functions start in any order, and a management API that fails', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const ben = await enter(eventId, 'ben');
  Object.assign(stack.faults, { reorderMessagesMs: 200, managementErrorRate: 0.3, streamRedeliveryRate: 1 });
  await Promise.all(['a', 'b', 'c', 'd'].map((text) => ana.send(text)));
  endFaults(stack);
  await ben.send('e');
  await shows(ana, 'a', 'b', 'c', 'd', 'e');
  await shows(ben, 'a', 'b', 'c', 'd', 'e');
});
