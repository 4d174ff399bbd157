import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../infra/built.ts';
import { newSecret } from '../../shared/ids.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { hears } from '../support/chat.ts';
import type { ChatClient, Refused } from '../support/chat-client.ts';
import { expectListed, type Mark, presenceMarks, windowMarks } from '../support/deaths.ts';
import { countOf, enter, newEvent, unlimited } from '../support/stage.ts';
import { firsts, type Send, sendAgain, wires } from './sends.ts';

/** A Lambda dies after any of its writes; the client, which cannot know how far it came, asks again. */
let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start(unlimited);
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

const dying = (by: Entry, [, of, writes]: Mark, run: () => Promise<unknown>) =>
  chat.dieAfterWrites({ function: by, of, writes }, run);

const deaths = Object.entries(wires).flatMap(([wire, { marks }]) =>
  marks.map((mark) => [wire, mark[0], mark] as const),
);

test.for(deaths)(
  '%s: a message whose sender died after %s, sent again from wherever, is one message',
  ([wire, , mark]) => sendAgain(chat, wire, mark),
);

test('the same clientMessageId of several at once: one message each', async () => {
  const eventId = await newEvent(chat);
  const bob = await enter(chat, eventId, 'bob');
  const ana = { token: newSecret(), text: 'by ana' };
  const eve = { token: newSecret(), text: 'by eve' };
  const sends: Promise<Message>[] = [];
  for (const { token, text } of [ana, eve]) {
    for (const wire of Object.values(wires)) {
      const [send, tab] = [await wire.enter(chat, eventId, token), await wire.enter(chat, eventId, token)];
      sends.push(...[send, tab, send].map((one) => one(text, 'mine')));
    }
  }
  const acked = await Promise.all(sends);
  expect(new Set(acked.map(({ id, text }) => `${id} ${text}`)).size).toBe(2);
  await bob.say('end');
  await hears(bob, 'end');
  expect(
    firsts(bob)
      .map(({ text }) => text)
      .sort(),
  ).toEqual(['by ana', 'by eve', 'end']);
});

/** Somebody sends, whoever dies of it; not everybody waits until it is known what came of it. */
const send = fc.record({
  who: fc.nat(3),
  clientMessageId: fc.constantFrom('a', 'b', 'c'),
  dies: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 2 }),
  waits: fc.boolean(),
});

// `RUNS=50` tries more; `SEED=7` those of one seed.
const { RUNS = '10', SEED } = process.env;
const timeout = 60_000 * Number(RUNS);

test('random sends that die and are repeated: one message for each id of each', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(send, { minLength: 4, maxLength: 12 }), async (sends) => {
      const eventId = await newEvent(chat);
      const bob = await enter(chat, eventId, 'bob');
      // Two people, each on both wires.
      const tabs: { name: string; sender: Entry; say: Send }[] = [];
      for (const name of ['ana', 'eve']) {
        const token = newSecret();
        for (const { sender, enter: enterOn } of Object.values(wires)) {
          tabs.push({ name, sender, say: await enterOn(chat, eventId, token) });
        }
      }
      const acked = new Map<string, Set<string>>();
      const say = async (who: number, clientMessageId: string) => {
        const { name, say } = tabs[who] as (typeof tabs)[number];
        const message = await say(`${name} ${clientMessageId}`, clientMessageId);
        const key = `${name} ${clientMessageId}`;
        acked.set(key, (acked.get(key) ?? new Set()).add(`${message.seq} ${message.id}`));
      };
      for (const { who, clientMessageId, dies, waits } of sends) {
        const run = () => say(who, clientMessageId);
        const { sender } = tabs[who] as (typeof tabs)[number];
        if (dies) await chat.dieAfterWrites({ function: sender, writes: dies }, run);
        else if (waits) await run();
        else run().catch(() => {});
      }
      for (const { who, clientMessageId } of sends) await say(who, clientMessageId);
      await bob.say('end');
      await hears(bob, 'end');
      // One that was killed under way answers nobody, and has been sent again.
      const heard = firsts(bob).slice(0, -1);
      expect(new Map([...acked].map(([key, ids]) => [key, [...ids]]))).toEqual(
        new Map(heard.map(({ seq, id, text }) => [text, [`${seq} ${id}`]])),
      );
      expect(heard).toHaveLength(acked.size);
      const { body } = await chat.api<{ messages: Message[] }>('GET', `/${eventId}/messages`);
      expect(body.messages).toEqual(firsts(bob));
    }),
    { numRuns: Number(RUNS), endOnFailure: true, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});

/** Who has come, less who has left, as somebody heard it. */
const present = (client: ChatClient) => {
  const names = (name: 'userJoined' | 'userLeft') =>
    client.all(name).map(({ participant }) => participant?.username);
  return { came: names('userJoined'), left: names('userLeft') };
};
/** How often somebody was recorded as coming or going. A window that dies after its posts is told again from its record. */
const recordsOf = (from: number, eventId: string, name: string) =>
  chat.writes
    .slice(from)
    .filter(({ keys }) => keys.some((key) => key.startsWith(`EVENT#${eventId} PRESENCE#`)))
    .filter(({ input }) => JSON.stringify(input).includes(`"${name}"`)).length;
const joined: readonly Mark[] = [
  ['its own rate', 'RATE#', 1],
  ['the rate of its connection', 'RATE#', 2],
  ['the membership', '#AUDIENCE', 1],
  ['the head', ' HEAD', 1],
  ...presenceMarks(1),
  ['its going live', '#AUDIENCE', 2],
];

test.for(joined)('a join that died after %s, repeated: one arrival, and all is heard', async (write) => {
  const from = chat.writes.length;
  const eventId = await newEvent(chat);
  const bob = await enter(chat, eventId, 'bob');
  await bob.say('before');
  const ana = await enter(chat, await newEvent(chat), 'ana');
  await dying('websocket/join-event', write, () => ana.join(eventId, 'ana'));
  await ana.join(eventId, 'ana');
  await ana.until('the history', (got) =>
    got.some(({ event, data }) => event === 'eventHistory' && data.eventId === eventId),
  );
  await bob.say('after');
  await hears(ana, 'after');
  const heard = () => [...new Set(present(bob).came), ...present(bob).left];
  await chat.eventually(() => expect(heard()).toEqual(['ana']));
  expect(recordsOf(from, eventId, 'ana')).toBe(1);
  await chat.eventually(async () => expect(await countOf(chat, eventId)).toBe(2));
  expectListed(chat, from, 'websocket/join-event', joined);
});

const watched: readonly Mark[] = [
  ['the rate', 'RATE#', 1],
  ['the viewer', '#VIEWERS', 1],
  ['the head', ' HEAD', 1],
  ...windowMarks,
  ['its going live', '#VIEWERS', 2],
];

test.for(watched)(
  'a watch that died after %s, repeated: it watches once, and all is heard',
  async (write) => {
    const from = chat.writes.length;
    const eventId = await newEvent(chat);
    const bob = await enter(chat, eventId, 'bob');
    const vic = await chat.connect();
    await dying('websocket/watch-event', write, () => vic.request('watchEvent', { eventId }));
    await vic.request('watchEvent', { eventId });
    await bob.say('after');
    await hears(vic, 'after');
    expect(present(bob)).toEqual({ came: [], left: [] });
    const viewers = async () =>
      (await chat.api<{ viewerCount: number }>('GET', `/${eventId}`)).body.viewerCount;
    await chat.eventually(async () => expect(await viewers()).toBe(1));
    expectListed(chat, from, 'websocket/watch-event', watched);
  },
);

const left: readonly Mark[] = [
  ['the membership', '#AUDIENCE', 1],
  // What died before it the sweep finds.
  ['the head', ' HEAD', 1],
  ...presenceMarks(1),
];

test.for(left)('a leave that died after %s, repeated: one departure', async (write) => {
  const from = chat.writes.length;
  const eventId = await newEvent(chat);
  const bob = await enter(chat, eventId, 'bob');
  const ana = await enter(chat, eventId, 'ana');
  await bob.next('userJoined');
  await dying('websocket/leave-event', write, () => ana.request('leaveEvent'));
  await ana.request('leaveEvent');
  await chat.sweep();
  await bob.next('userLeft');
  await bob.say('alone');
  await hears(bob, 'alone');
  const said = await ana.request('sendMessage', { text: 'hm' }).catch(({ code }: Refused) => code);
  expect(said).toBe('NOT_JOINED');
  expect(new Set(present(bob).left)).toEqual(new Set(['ana']));
  await chat.eventually(async () => expect(await countOf(chat, eventId)).toBe(1));
  expectListed(chat, from, 'websocket/leave-event', left);
});
