import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Rates } from '../simulation/faults.ts';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { hears } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import type { Death } from '../support/deaths.ts';
import { enter, newEvent } from '../support/stage.ts';

/**
 * Whatever goes wrong, in whatever order: what was acknowledged arrives at everybody who is still there, also at the third that
 * watches, in order, and twice only after a kill. `RUNS=50` tries more schedules than usual; `SEED=7` those of one seed.
 */
const { RUNS = '10', SEED } = process.env;
const timeout = 60_000 * Number(RUNS);
const AT_THE_DOOR = 6;

let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start({
    ...{ sendsPerSecond: 1_000, sendBurst: 1_000, directAudienceMax: 6, chunkConnections: 3 },
    // Some windows pass those by who watch.
    viewerPaceSeconds: 0.5,
  });
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

const by = fc.constantFrom(...(['websocket/send-message', 'stream/deliver', 'delivery/post'] as const));
/** What goes wrong from one step to the next. */
const trouble = fc.oneof(
  fc.record({ writes: fc.integer({ min: 1, max: 7 }), by }),
  fc.record({ posts: fc.integer({ min: 1, max: 4 }), by }),
  fc.record({ postFailed: fc.constantFrom(0.3, 1) }),
  fc.record({ postRefused: fc.constantFrom(0.3, 1) }),
  fc.record({ throttled: fc.constant(0.2) }),
  fc.record({ recordTwice: fc.constant(1) }),
  fc.record({ slowInvocation: fc.constant(0.3) }),
  fc.record({ latencyMs: fc.constant(100) }),
);
type Trouble = Rates & { by?: Death['function']; writes?: number; posts?: number; latencyMs?: number };

function cause({ by, writes, posts, latencyMs = 0, ...rates }: Trouble): void {
  chat.endFaults();
  chat.managementLatencyMs = latencyMs;
  Object.assign(chat.rates, rates, { disconnectLost: 1 });
  if (by && writes) chat.killAfter('writes', by, writes);
  if (by && posts) chat.killAfter('posts', by, posts);
}

/** Meanwhile somebody sends, and perhaps one goes without a word. */
const step = fc.record({
  trouble,
  sends: fc.integer({ min: 1, max: 6 }),
  isLeft: fc.boolean(),
  forMs: fc.integer({ min: 0, max: 1_500 }),
});
const scheduleOf = (...members: number[]) =>
  fc.record({
    members: fc.constantFrom(...members),
    steps: fc.array(step, { minLength: 2, maxLength: 4 }),
  });

test.for([
  { members: [4, 12], runs: Number(RUNS) },
  { members: [60], runs: Math.ceil(Number(RUNS) / 10) },
])('random schedules of faults lose nothing: $members clients', { timeout }, async ({ members, runs }) => {
  await fc.assert(
    fc.asyncProperty(scheduleOf(...members), async ({ members, steps }) => {
      const eventId = await newEvent(chat);
      const come = (i: number) =>
        i % 3 === 1 && i < members - 2 ? watch(eventId) : enter(chat, eventId, `m${i}`);
      const clients: ChatClient[] = [];
      // A crowd at the door is another test's trouble.
      for (let from = 0; from < members; from += AT_THE_DOOR) {
        const some = Array.from({ length: Math.min(AT_THE_DOOR, members - from) }, (_, i) => come(from + i));
        clients.push(...(await Promise.all(some)));
      }
      const ghosts = new Set<ChatClient>();
      const sending: Promise<string | undefined>[] = [];
      for (const { trouble, sends, isLeft, forMs } of steps) {
        cause(trouble);
        // The last ones send, so the first may go.
        const ghost = isLeft ? clients[ghosts.size] : undefined;
        if (ghost && ghosts.size < members / 2) {
          ghosts.add(ghost);
          ghost.vanish();
        }
        const senders = clients.slice(-2);
        for (let i = 0; i < sends; i += 1) {
          const text = `${sending.length}`;
          const sent = senders[i % 2]?.request('sendMessage', { text }) ?? Promise.resolve();
          // No answer, or an error: it may have arrived or not.
          sending.push(
            Promise.race([
              sent.then(
                () => text,
                () => undefined,
              ),
              chat.pass(20_000).then(() => undefined),
            ]),
          );
        }
        await chat.pass(forMs);
      }
      // Of a post that failed nobody knows whether it arrived.
      const mayRepeat = steps.some(({ trouble }) => 'by' in trouble || 'postFailed' in trouble);
      chat.endFaults();
      const acked = (await Promise.all(sending)).filter((text) => text !== undefined);
      await clients.at(-1)?.say('end');
      for (const client of clients.filter((one) => !ghosts.has(one))) {
        await hears(client, 'end');
        const heard = client.all('newMessage');
        const firsts = [...new Set(heard.map(({ seq }) => seq))];
        expect(heard.map(({ text }) => text)).toEqual(expect.arrayContaining(acked));
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
        if (!mayRepeat) expect(heard.length).toBe(firsts.length);
      }
      await Promise.all(clients.map((client) => client.close()));
    }),
    { numRuns: runs, endOnFailure: true, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});

async function watch(eventId: string): Promise<ChatClient> {
  const client = await chat.connect();
  await client.request('watchEvent', { eventId });
  await client.next('eventHistory');
  return client;
}
