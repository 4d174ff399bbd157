import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { timing } from '../../shared/timing.ts';
import { createEvent, enter as enterAt } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { expectListed, type Mark, outliveLeases } from '../support/deaths.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

/** The Lambda of whoever reacts dies after any of its writes: nothing acknowledged is lost, and nothing is counted twice. */
let stack: RunningChat;
beforeAll(async () => {
  const rates = { reactsPerSecond: 1_000, reactBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 };
  stack = await runChat(rates, { functionLogs: 'none' });
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const newEvent = () => createEvent('Applause', `${stack.outputs.EventsUrl}`);

const writes: readonly Mark[] = [
  ['the rate', 'RATE#', 1],
  ['the count', ' COUNTS', 1],
  ['the head', ' HEAD', 1],
  ['the signal', ' SIGNAL', 1],
  ['the lease', 'CURSOR', 1],
  ['the taking', ' SIGNAL', 2],
  ['the frame quota', 'QUOTA#', 1],
  ['the end of the window', 'CURSOR', 2],
];

/** How often in all: as `counts` come to, and as the last `totals` say. */
function toldTo(client: ChatClient): { counts: number; total: number } {
  const told = client.all('reactions');
  return {
    counts: told.reduce((sum, { counts }) => sum + (counts['👏'] ?? 0), 0),
    total: told.at(-1)?.totals['👏'] ?? 0,
  };
}

const clap = (client: ChatClient) =>
  client.request('react', { reaction: '👏' }).then(
    () => true,
    () => false,
  );

/** Lets somebody react until the function dies of it; resolves to how many were acknowledged. */
async function clapUntil(isDead: () => boolean, client: ChatClient): Promise<number> {
  let acked = 0;
  while (!isDead()) {
    const total = toldTo(client).total;
    const dead = expect.poll(isDead).toBe(true);
    if (await Promise.race([clap(client), dead.then(() => false)])) acked += 1;
    dead.catch(() => {});
    // A function that finds the lease taken, or has no window to run yet, writes less: then the next one dies.
    await expect.poll(() => isDead() || toldTo(client).total > total).toBe(true);
    // Sooner, it is the stream that tells.
    stack.clock.advance(timing.reactionsMs);
  }
  return acked;
}

describe('killed after', () => {
  test.for(writes)('%s of a reaction', async (write) => {
    const [name, of, count] = write;
    const eventId = await newEvent();
    const ana = await enterAt(eventId, 'ana', { url: url() });
    const bob = await enterAt(eventId, 'bob', { url: url() });
    await ana.next('userJoined');
    const from = stack.writes.length;
    const fault = { function: 'React', of, writes: count, times: 1 };
    stack.faults.killAfterWrites = fault;
    const acked = await clapUntil(() => fault.times === 0, ana);
    endFaults(stack);
    await outliveLeases(stack);
    // Dead before its answer, it has counted all the same, but for the first write.
    const isAcked = ['the lease', 'the taking', 'the frame quota', 'the end of the window'].includes(name);
    const counted = acked + (isAcked || name === 'the rate' ? 0 : 1);
    expect(await clap(bob)).toBe(true);
    for (const client of [ana, bob]) {
      await expect.poll(() => toldTo(client)).toEqual({ counts: counted + 1, total: counted + 1 });
    }
    expectListed(stack, from, 'React', writes);
  });
});

test('killed between two posts of a window: some hear it twice, and everybody knows how many there were', async () => {
  const eventId = await newEvent();
  const ana = await enterAt(eventId, 'ana', { url: url() });
  const bob = await enterAt(eventId, 'bob', { url: url() });
  await ana.next('userJoined');
  // The answer is the first.
  const fault = { function: 'React', posts: 2, times: 1 };
  stack.faults.killAfterPosts = fault;
  const acked = await clapUntil(() => fault.times === 0, ana);
  endFaults(stack);
  await outliveLeases(stack);
  expect(await clap(bob)).toBe(true);
  for (const client of [ana, bob]) {
    await expect.poll(() => toldTo(client).total).toBe(acked + 1);
    expect(toldTo(client).counts).toBeGreaterThanOrEqual(acked + 1);
  }
});
