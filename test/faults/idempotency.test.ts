import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newSecret } from '../../shared/ids.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import { connect, createEvent, enter as enterAt, hears, http } from '../support/chat.ts';
import type { ChatClient, Refused } from '../support/chat-client.ts';
import { dieAfterWrites, expectListed, type Mark, presenceMarks, windowMarks } from '../support/deaths.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';
import { enterSocket } from '../support/sockets.ts';

/** A Lambda dies after any of its writes; the client, which cannot know how far it came, asks again. */
let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    { sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 },
    { functionLogs: 'none' },
  );
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const events = () => `${stack.outputs.EventsUrl}`;
const newEvent = () => createEvent('Faulty', events());
const get = async <Body>(path: string) => (await http<Body>(path, { url: events() })).body;

/** Sends a message under an id of the client's. */
type Send = (text: string, clientMessageId: string) => Promise<Message>;
type Enter = (eventId: string, participantToken: string) => Promise<Send>;

const sent: readonly Mark[] = [
  ['its rate', 'RATE#', 1],
  ['the head', ' HEAD', 1],
  ['the message with its marker', 'MSG#', 1],
];

const wires: Record<string, { sender: string; writes: readonly Mark[]; enter: Enter }> = {
  JSON: {
    sender: 'SendMessage',
    writes: [...sent, ...windowMarks],
    enter: async (eventId, participantToken) => {
      const client = await enterAt(eventId, 'ana', { url: url(), participantToken });
      return (text, clientMessageId) => client.say(text, clientMessageId);
    },
  },
  'Socket.IO': {
    sender: 'DefaultRoute',
    // The window is the same.
    writes: sent,
    enter: async (eventId, participantToken) => {
      // The connection of a Lambda that died is closed: what was sent to it meanwhile is for the library to repeat.
      const repeating = { ackTimeout: 2_000, retries: 20 };
      const auth = { participantToken };
      const client = await enterSocket(eventId, 'ana', { url: url(), auth, ...repeating });
      return async (text, clientMessageId) => {
        const { ok, message, error } = await client.ask('sendMessage', { text, clientMessageId });
        if (!ok || !message) throw new Error(error?.code);
        return message;
      };
    },
  },
};

const dying = (name: string, [, of, writes]: Mark, run: () => Promise<unknown>) =>
  dieAfterWrites(stack, { function: name, of, writes }, run);

/** Everything that somebody has heard said, a repeated `seq` once. */
const firsts = (client: ChatClient) => [
  ...new Map(client.all('newMessage').map((message) => [message.seq, message])).values(),
];

const deaths = Object.entries(wires).flatMap(([wire, { writes }]) =>
  writes.map((write) => [wire, write[0], write] as const),
);

test.for(deaths)(
  '%s: a message whose sender died after %s, sent again from wherever, is one message',
  async ([wire, , write]) => {
    const { sender, enter } = wires[wire] as (typeof wires)[string];
    const eventId = await newEvent();
    const participantToken = newSecret();
    const bob = await enterAt(eventId, 'bob', { url: url() });
    const ana = await enter(eventId, participantToken);
    const tab = await enter(eventId, participantToken);
    const again: Record<string, (text: string) => Promise<Message[]>> = {
      'on the same connection': async (text) => [await ana(text, text)],
      'on a new one': async (text) => [await (await enter(eventId, participantToken))(text, text)],
      'from two tabs at once': (text) => Promise.all([ana, tab].map((send) => send(text, text))),
    };
    const from = stack.writes.length;
    for (const [text, repeat] of Object.entries(again)) {
      await dying(sender, write, () => ana(text, text));
      const acked = await repeat(text);
      // Once more, now that all is well.
      acked.push(await tab(text, text));
      await hears(bob, text);
      for (const message of acked) expect(message).toEqual(acked[0]);
    }
    if (wire === 'JSON') expectListed(stack, from, sender, wires[wire]?.writes ?? []);
    await bob.say('end');
    await hears(bob, 'end');
    expect(firsts(bob).map(({ text }) => text)).toEqual([...Object.keys(again), 'end']);
    const { messages } = await get<{ messages: Message[] }>(`/${eventId}/messages`);
    expect(messages).toEqual(firsts(bob));
  },
);

test('the same clientMessageId of several at once: one message each', async () => {
  const eventId = await newEvent();
  const bob = await enterAt(eventId, 'bob', { url: url() });
  const ana = { token: newSecret(), text: 'by ana' };
  const eve = { token: newSecret(), text: 'by eve' };
  const sends: Promise<Message>[] = [];
  for (const { token, text } of [ana, eve]) {
    for (const { enter } of Object.values(wires)) {
      const [send, tab] = [await enter(eventId, token), await enter(eventId, token)];
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
const { RUNS = '2', SEED } = process.env;
const timeout = 60_000 * Number(RUNS);

test('random sends that die and are repeated: one message for each id of each', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(send, { minLength: 4, maxLength: 12 }), async (sends) => {
      const eventId = await newEvent();
      const bob = await enterAt(eventId, 'bob', { url: url() });
      // Two people, each on both wires.
      const tabs: { name: string; sender: string; say: Send }[] = [];
      for (const name of ['ana', 'eve']) {
        const token = newSecret();
        for (const { sender, enter } of Object.values(wires)) {
          tabs.push({ name, sender, say: await enter(eventId, token) });
        }
      }
      const acked = new Map<string, Set<string>>();
      const say = async (who: number, clientMessageId: string) => {
        const { name = '', say } = tabs[who] ?? {};
        const message = await say?.(`${name} ${clientMessageId}`, clientMessageId);
        const key = `${name} ${clientMessageId}`;
        acked.set(key, (acked.get(key) ?? new Set()).add(`${message?.seq} ${message?.id}`));
      };
      for (const { who, clientMessageId, dies, waits } of sends) {
        const run = () => say(who, clientMessageId);
        if (dies) await dying(`${tabs[who]?.sender}`, ['any write', '', dies], run);
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
      const { messages } = await get<{ messages: Message[] }>(`/${eventId}/messages`);
      expect(messages).toEqual(firsts(bob));
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
const countOf = async (eventId: string) =>
  (await get<{ participantCount: number }>(`/${eventId}`)).participantCount;
/** How often somebody was recorded as coming or going. A window that dies after its posts is told again from its record. */
const recordsOf = (from: number, eventId: string, name: string) =>
  stack.writes
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
  const from = stack.writes.length;
  const eventId = await newEvent();
  const bob = await enterAt(eventId, 'bob', { url: url() });
  await bob.say('before');
  const ana = await enterAt(await newEvent(), 'ana', { url: url() });
  await dying('JoinEvent', write, () => ana.join(eventId, 'ana'));
  await ana.join(eventId, 'ana');
  await ana.until('the history', (got) =>
    got.some(({ event, data }) => event === 'eventHistory' && data.eventId === eventId),
  );
  await bob.say('after');
  await hears(ana, 'after');
  const heard = () => [...new Set(present(bob).came), ...present(bob).left];
  await expect.poll(heard).toEqual(['ana']);
  expect(recordsOf(from, eventId, 'ana')).toBe(1);
  await expect.poll(() => countOf(eventId)).toBe(2);
  expectListed(stack, from, 'JoinEvent', joined);
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
    const from = stack.writes.length;
    const eventId = await newEvent();
    const bob = await enterAt(eventId, 'bob', { url: url() });
    const vic = await connect(url());
    await dying('WatchEvent', write, () => vic.request('watchEvent', { eventId }));
    await vic.request('watchEvent', { eventId });
    await bob.say('after');
    await hears(vic, 'after');
    expect(present(bob)).toEqual({ came: [], left: [] });
    const viewers = async () => (await get<{ viewerCount: number }>(`/${eventId}`)).viewerCount;
    await expect.poll(viewers).toBe(1);
    expectListed(stack, from, 'WatchEvent', watched);
  },
);

const left: readonly Mark[] = [
  ['the membership', '#AUDIENCE', 1],
  // What died before it the sweep finds.
  ['the head', ' HEAD', 1],
  ...presenceMarks(1),
];

test.for(left)('a leave that died after %s, repeated: one departure', async (write) => {
  const from = stack.writes.length;
  const eventId = await newEvent();
  const bob = await enterAt(eventId, 'bob', { url: url() });
  const ana = await enterAt(eventId, 'ana', { url: url() });
  await bob.next('userJoined');
  await dying('LeaveEvent', write, () => ana.request('leaveEvent'));
  await ana.request('leaveEvent');
  expect(await stack.runSchedule('Sweep')).toMatchObject({ ok: true });
  await bob.next('userLeft');
  await bob.say('alone');
  await hears(bob, 'alone');
  const said = await ana.request('sendMessage', { text: 'hm' }).catch(({ code }: Refused) => code);
  expect(said).toBe('NOT_JOINED');
  expect(new Set(present(bob).left)).toEqual(new Set(['ana']));
  await expect.poll(() => countOf(eventId)).toBe(1);
  expectListed(stack, from, 'LeaveEvent', left);
});
