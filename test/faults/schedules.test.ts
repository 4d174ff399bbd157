import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Faults } from '../../local/faults.ts';
import { connect, createEvent, enter as enterAt, hears } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

/**
 * Whatever goes wrong, in whatever order: what was acknowledged arrives at everybody who is still there, also at the third that
 * watches, in order, and twice only after a kill. `RUNS=50` tries more schedules than usual; `SEED=7` those of one seed.
 */
const { RUNS = '3', SEED } = process.env;
const timeout = 60_000 * Number(RUNS);
const AT_THE_DOOR = 6;

let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    {
      ...{ sendsPerSecond: 1_000, sendBurst: 1_000, directAudienceMax: 6, chunkConnections: 3 },
      // Some windows pass those by who watch.
      viewerPaceSeconds: 0.5,
    },
    { functionLogs: 'none' },
  );
});
afterAll(() => stack.stop());

const kills = ['SendMessage', 'Deliver', 'DeliveryPost'] as const;
/** What goes wrong from one step to the next. */
const trouble: fc.Arbitrary<Partial<Faults>> = fc.oneof(
  fc.record({
    killAfterWrites: fc.record({
      function: fc.constantFrom(...kills),
      writes: fc.integer({ min: 1, max: 7 }),
      times: fc.constant(1),
    }),
  }),
  fc.record({
    killAfterPosts: fc.record({
      function: fc.constantFrom(...kills),
      posts: fc.integer({ min: 1, max: 4 }),
      times: fc.constant(1),
    }),
  }),
  fc.record({ managementErrorRate: fc.constantFrom(0.3, 1) }),
  fc.record({ managementThrottleRate: fc.constantFrom(0.3, 1) }),
  fc.record({ dynamodbThrottleRate: fc.constant(0.2) }),
  fc.record({ streamRedeliveryRate: fc.constant(1) }),
  fc.record({ reorderMessagesMs: fc.constant(150) }),
  fc.record({ managementLatencyMs: fc.constant(100) }),
);
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
      const eventId = await createEvent('Scheduled', `${stack.outputs.EventsUrl}`);
      const url = `${stack.outputs.WebSocketUrl}`;
      const enter = (i: number) =>
        i % 3 === 1 && i < members - 2 ? watch(eventId, url) : enterAt(eventId, `m${i}`, { url });
      const clients: ChatClient[] = [];
      // A crowd at the door is another test's trouble.
      for (let from = 0; from < members; from += AT_THE_DOOR) {
        const some = Array.from({ length: Math.min(AT_THE_DOOR, members - from) }, (_, i) => enter(from + i));
        clients.push(...(await Promise.all(some)));
      }
      const ghosts = new Set<ChatClient>();
      const sending: Promise<string | undefined>[] = [];
      for (const { trouble, sends, isLeft, forMs } of steps) {
        endFaults(stack);
        Object.assign(stack.faults, structuredClone(trouble), { dropDisconnect: 1 });
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
              sleep(20_000),
            ]),
          );
        }
        await sleep(forMs);
      }
      const wasKilled = steps.some((one) => one.trouble.killAfterWrites || one.trouble.killAfterPosts);
      endFaults(stack);
      const acked = (await Promise.all(sending)).filter((text) => text !== undefined);
      await clients.at(-1)?.say('end');
      for (const client of clients.filter((one) => !ghosts.has(one))) {
        await hears(client, 'end');
        const heard = client.all('newMessage');
        const firsts = [...new Set(heard.map(({ seq }) => seq))];
        expect(heard.map(({ text }) => text)).toEqual(expect.arrayContaining(acked));
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
        if (!wasKilled) expect(heard.length).toBe(firsts.length);
      }
      await Promise.all(clients.map((client) => client.close()));
    }),
    { numRuns: runs, endOnFailure: true, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});

async function watch(eventId: string, url: string): Promise<ChatClient> {
  const client = await connect(url);
  await client.request('watchEvent', { eventId });
  await client.next('eventHistory');
  return client;
}

const sleep = (ms: number) => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ms));
