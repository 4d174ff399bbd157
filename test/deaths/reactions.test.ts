import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { timing } from '../../shared/timing.ts';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { expectListed, type Mark } from '../support/deaths.ts';
import { enter, newEvent, unlimited } from '../support/stage.ts';

/** The Lambda of whoever reacts dies after any of its writes: nothing acknowledged is lost, and nothing is counted twice. */
let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start(unlimited);
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

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
    const { total } = toldTo(client);
    let isAnswered = false;
    void clap(client).then((isAcked) => {
      isAnswered = true;
      if (isAcked) acked += 1;
    });
    await chat.until('the answer or the death', () => isDead() || isAnswered);
    // A function that finds the lease taken, or has no window to run yet, writes less: then the next one dies.
    await chat.until('the total', () => isDead() || toldTo(client).total > total);
    // Sooner, it is the stream that tells.
    await chat.pass(timing.reactionsMs);
  }
  return acked;
}

describe('killed after', () => {
  test.for(writes)('%s of a reaction', async (write) => {
    const [name, of, count] = write;
    const eventId = await newEvent(chat);
    const ana = await enter(chat, eventId, 'ana');
    const bob = await enter(chat, eventId, 'bob');
    await ana.next('userJoined');
    const from = chat.writes.length;
    const fault = chat.killAfter('writes', 'websocket/react', count, of);
    const acked = await clapUntil(() => fault.times === 0, ana);
    await chat.outliveLeases();
    // Dead before its answer, it has counted all the same, but for the first write.
    const isAcked = ['the lease', 'the taking', 'the frame quota', 'the end of the window'].includes(name);
    const counted = acked + (isAcked || name === 'the rate' ? 0 : 1);
    expect(await clap(bob)).toBe(true);
    for (const client of [ana, bob]) {
      const all = { counts: counted + 1, total: counted + 1 };
      await chat.eventually(() => expect(toldTo(client)).toEqual(all));
    }
    expectListed(chat, from, 'websocket/react', writes);
  });
});

test('killed between two posts of a window: some hear it twice, and everybody knows how many there were', async () => {
  const eventId = await newEvent(chat);
  const ana = await enter(chat, eventId, 'ana');
  const bob = await enter(chat, eventId, 'bob');
  await ana.next('userJoined');
  // The answer is the first.
  const fault = chat.killAfter('posts', 'websocket/react', 2);
  const acked = await clapUntil(() => fault.times === 0, ana);
  await chat.outliveLeases();
  expect(await clap(bob)).toBe(true);
  for (const client of [ana, bob]) {
    await chat.eventually(() => expect(toldTo(client).total).toBe(acked + 1));
    expect(toldTo(client).counts).toBeGreaterThanOrEqual(acked + 1);
  }
});
