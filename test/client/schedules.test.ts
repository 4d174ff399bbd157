import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Chat, Message, Room } from '../../client/index.ts';
import type { Faults } from '../../local/faults.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { createEvent, http } from '../support/chat.ts';
import { endFaults, type RunningChat, runChatHere } from '../support/run-chat.ts';
import { impatientClient } from './bundle.ts';
import { outliveLeases } from './leases.ts';
import { type Network, startNetwork } from './network.ts';
import { isLive, memoryStorage, until } from './rooms.ts';

/**
 * Whatever people, their networks and the server do, in whatever order: in the end every client shows the log, each message
 * once, with the same quotes, and how often people have reacted. `RUNS=50` tries more schedules than usual; `SEED=7` those of one seed.
 */
const { RUNS = '3', SEED } = process.env;
const timeout = 120_000 * Number(RUNS) + 120_000;

let stack: RunningChat;
let client: Awaited<ReturnType<typeof impatientClient>>;
beforeAll(async () => {
  [stack, client] = await Promise.all([runChatHere(unlimited, { functionLogs: 'none' }), impatientClient()]);
});
afterAll(() => stack.stop());

const trouble: fc.Arbitrary<Partial<Faults>> = fc.oneof(
  fc.record({
    killAfterWrites: fc.record({
      function: fc.constantFrom('SendMessage', 'JoinEvent', 'GetHistory', 'React'),
      writes: fc.integer({ min: 1, max: 5 }),
      times: fc.constant(1),
    }),
  }),
  fc.record({
    killAfterPosts: fc.record({
      function: fc.constantFrom('SendMessage', 'JoinEvent', 'GetHistory', 'React'),
      posts: fc.integer({ min: 1, max: 3 }),
      times: fc.constant(1),
    }),
  }),
  fc.record({ managementErrorRate: fc.constantFrom(0.3, 1) }),
  fc.record({ managementThrottleRate: fc.constant(0.3) }),
  fc.record({ dynamodbThrottleRate: fc.constant(0.2) }),
  fc.record({ reorderMessagesMs: fc.constant(150) }),
  fc.record({ managementLatencyMs: fc.constant(100) }),
  fc.record({ streamRedeliveryRate: fc.constant(1) }),
);

const PEOPLE = 3;
const step = fc.record({
  who: fc.nat({ max: PEOPLE - 1 }),
  act: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 3 }) }),
    },
    fc.record({
      kind: fc.constantFrom('cut', 'down', 'swallow up', 'swallow down', 'repair', 'reload' as const),
    }),
    fc.record({ kind: fc.constantFrom('rename', 'delete', 'older', 'react' as const) }),
    fc.record({ kind: fc.constant('trouble' as const), faults: trouble }),
    fc.record({ kind: fc.constant('relief' as const) }),
  ),
  forMs: fc.integer({ min: 0, max: 600 }),
});
const schedule = fc.array(step, { minLength: 5, maxLength: 14 });

class Person {
  readonly name: string;
  readonly eventId: string;
  readonly network: Network;
  readonly storage = memoryStorage();
  chat!: Chat;
  room!: Room;
  /** What the present client has sent, and how that ended. */
  sending: { text: string; ended: Promise<Message | undefined> }[] = [];
  /** The newest frames, for whoever looks into a failure. */
  readonly frames: string[] = [];
  /** What was acknowledged to any of them. */
  readonly acknowledged: Message[] = [];

  constructor(name: string, eventId: string, network: Network) {
    this.name = name;
    this.eventId = eventId;
    this.network = network;
    this.open();
  }

  open(): void {
    this.chat = client.createChat({
      url: this.network.url,
      storage: this.storage,
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      onFrame: ({ direction, content }) =>
        this.frames.push(`${Date.now() % 100_000} ${direction} ${JSON.stringify(content)}`),
    });
    this.room = this.chat.join(this.eventId, { username: this.name });
    this.sending = [];
  }

  /** Answers the last message that is there, if any. */
  send(text: string): void {
    const replyTo = this.room.snapshot.messages.findLast(({ seq }) => seq !== undefined)?.seq;
    const ended = this.room.send(text, { replyTo }).then(
      (message) => {
        this.acknowledged.push(message);
        return message;
      },
      () => undefined,
    );
    this.sending.push({ text, ended });
  }

  repair(): void {
    Object.assign(this.network, { isDown: false });
    Object.assign(this.network.swallows, { up: false, down: false });
  }

  /** As a page that is loaded again: the old client has no time for a word. */
  reload(): void {
    this.network.cut();
    void this.chat.close();
    this.open();
  }
}

/** The whole log, as everybody can read it. */
async function readLog(eventId: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const query = messages[0] ? `?before=${messages[0].seq}` : '';
    const { body } = await http<{ messages: Message[]; hasMore: boolean }>(`/${eventId}/messages${query}`, {
      url: `${stack.outputs.EventsUrl}`,
    });
    messages.unshift(...body.messages);
    if (!body.hasMore) return messages;
  }
}

const remove = (eventId: string, { seq }: Message) =>
  http(`/${eventId}/messages/${seq}`, { method: 'DELETE', url: `${stack.outputs.EventsUrl}` }).catch(
    () => {},
  );

test('random schedules of people, networks and faults', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const eventId = await createEvent('Scheduled', `${stack.outputs.EventsUrl}`);
      const networks = await Promise.all(
        Array.from({ length: PEOPLE }, () => startNetwork(`${stack.outputs.WebSocketUrl}`)),
      );
      const people = networks.map((network, i) => new Person(`p${i}`, eventId, network));
      const deleted = new Set<number>();
      let said = 0;
      let taps = 0;
      try {
        for (const { who, act, forMs } of steps) {
          const person = people[who] as Person;
          const { network, room } = person;
          if (act.kind === 'send') {
            for (let i = 0; i < act.count; i += 1) person.send(`${said++} of ${who}`);
          } else if (act.kind === 'cut') network.cut();
          else if (act.kind === 'down') {
            network.isDown = true;
            network.cut();
          } else if (act.kind === 'swallow up') network.swallows.up = true;
          else if (act.kind === 'swallow down') network.swallows.down = true;
          else if (act.kind === 'repair') person.repair();
          else if (act.kind === 'reload') person.reload();
          else if (act.kind === 'rename') person.chat.join(eventId, { username: `p${who} ${said}` });
          else if (act.kind === 'react') {
            taps += 1;
            room.react('🔥');
          } else if (act.kind === 'older') void room.loadOlder().catch(() => {});
          else if (act.kind === 'delete') {
            const message = room.snapshot.messages.find(({ state }) => state === 'sent') as
              | Message
              | undefined;
            if (message) {
              deleted.add(message.seq);
              void remove(eventId, message);
            }
          } else {
            endFaults(stack);
            if (act.kind === 'trouble') Object.assign(stack.faults, structuredClone(act.faults));
            await outliveLeases(stack);
          }
          await new Promise((resolve) => setTimeout(resolve, forMs));
        }
        endFaults(stack);
        await outliveLeases(stack);
        for (const person of people) person.repair();
        await Promise.all(people.map(({ room }) => isLive(room)));
        await outliveLeases(stack);
        for (const person of people) person.send(`${said++}, at last`);
        await Promise.all(people.flatMap(({ sending }) => sending.map(({ ended }) => ended)));

        const log = await readLog(eventId);
        const seqs = log.map(({ seq }) => seq);
        for (const person of people) {
          const { room, acknowledged } = person;
          const failed = room.snapshot.messages.filter(({ state }) => state === 'failed');
          for (const message of failed) {
            // What has failed is not in the log, so that it can be sent again.
            expect(log.map(({ text }) => text)).not.toContain(message.text);
            room.discard(message as { clientMessageId: string });
          }
          for (const { seq } of acknowledged) expect(seqs.includes(seq) || deleted.has(seq)).toBe(true);
          await until(room, 'the end of the log', () => room.snapshot.messages.at(-1)?.seq === seqs.at(-1));
          while (room.snapshot.hasOlder) await room.loadOlder();
          // An own message may be there before those that others have sent.
          await until(room, 'the whole log', ({ messages }) => messages.length >= log.length);
          const rows = (messages: readonly Pick<Message, 'seq' | 'text' | 'replyTo'>[]) =>
            messages.map(({ seq, text, replyTo }) => [seq, text, replyTo?.seq, replyTo?.text]);
          expect(rows(room.snapshot.messages as readonly Message[])).toEqual(rows(log));
          expect(room.snapshot.messages.every(({ state }) => state === 'sent')).toBe(true);
          const keys = room.snapshot.messages.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
        }
        // Taps may be lost with a connection, but none is counted twice; whoever came while some were told hears of them with the next.
        const counts = () => people.map(({ room }) => room.snapshot.reactions['🔥'] ?? 0);
        const tap = () => {
          taps += 1;
          people[0]?.room.react('🔥');
          return counts();
        };
        await expect
          .poll(tap, { interval: 2_000 })
          .toSatisfy(([first, ...others]: number[]) => !!first && others.every((count) => count === first));
        expect(counts()[0]).toBeLessThanOrEqual(taps);
        // Nothing is there twice, whatever was repeated.
        expect(new Set(log.map(({ text }) => text)).size).toBe(log.length);
        const names = people.map(({ room }) => `${room.snapshot.me?.username}`).sort();
        for (const { room } of people) {
          await until(room, `the people ${names}`, ({ participants }) => {
            const shown = participants.map(({ username }) => username).sort();
            return `${shown}` === `${names}`;
          });
        }
      } catch (error) {
        for (const { name, frames } of people) console.error([name, ...frames.slice(-60)].join('\n'));
        throw error;
      } finally {
        endFaults(stack);
        await Promise.all(people.map(({ chat }) => chat.close()));
        await Promise.all(networks.map((network) => network.stop()));
      }
    }),
    { numRuns: Number(RUNS), endOnFailure: true, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});
