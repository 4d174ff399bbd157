import { expect } from 'vitest';
import type { Entry } from '../../infra/built.ts';
import type { Event, Message } from '../../shared/protocol/entities.ts';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { timing } from '../../shared/timing.ts';
import { hears, refusal } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { type Mark, presenceMarks, twice, windowMarks } from '../support/deaths.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { enter, enterSocket, newEvent, type Stage } from '../support/stage.ts';

/** What moderators do, and what must be so although the function died after one of its writes and they did it again. */

interface Scene {
  stage: Stage;
  eventId: string;
  host: ChatClient;
  ana: ChatClient;
  /** Of ana, on the other wire. */
  tab: SocketClient;
  bob: ChatClient;
  /** By ana. */
  said: Message[];
  participantId: string;
  participantToken: string;
}

let scenes = 0;
/** An event with a host, somebody who has written two messages, and somebody who watches. */
async function sceneOn(stage: Stage): Promise<Scene> {
  scenes += 1;
  const eventId = await newEvent(stage);
  const host = await stage.connect();
  const { participant } = await host.join(eventId, 'host');
  await stage.api('PATCH', `/${eventId}`, { hosts: [{ participantId: participant.id }] });
  const ana = await stage.connect();
  const { participant: anas, participantToken = '' } = await ana.join(eventId, 'ana');
  const tab = await enterSocket(stage, eventId, 'ana', { auth: { participantToken } });
  const bob = await enter(stage, eventId, 'bob');
  const said = [
    await ana.say(`unspeakable ${scenes}`, 'first'),
    await ana.say(`unrepeatable ${scenes}`, 'second'),
  ];
  for (const client of [host, ana, bob]) await hears(client, `unrepeatable ${scenes}`);
  return { stage, eventId, host, ana, tab, bob, said, participantId: anas.id, participantToken };
}

const messages = async ({ stage, eventId }: Scene) =>
  (await stage.api<{ messages: Message[] }>('GET', `/${eventId}/messages`)).body.messages;

/** Whether these words stand anywhere in the table. */
const isStored = async ({ stage }: Scene, words: string) =>
  JSON.stringify(await stage.items()).includes(words);

/** The sort keys of what the table has of an event, but for its audit log. */
const itemsOf = async ({ stage, eventId }: Scene) =>
  (await stage.items())
    .filter(({ pk }) => `${pk}`.includes(`#${eventId}`) && !`${pk}`.endsWith('#AUDIT'))
    .map(({ sk }) => `${sk}`)
    .sort();

const heard = (client: ChatClient, name: string) => client.received.filter(({ event }) => event === name);
const seqsIn = ({ seq = 0, messages = [{ seq, id: '' }] }: ServerToClient['messageDeleted']) =>
  messages.map((message) => message.seq);
/** Once somebody has heard that a message is deleted, they do not hear the message again. */
function expectNothingAfter(client: ChatClient, seq: number): void {
  const about = client.received.flatMap(({ event, data }) => {
    const isAbout =
      (event === 'newMessage' && data.seq === seq) ||
      (event === 'messageDeleted' && seqsIn(data).includes(seq));
    return isAbout ? [event] : [];
  });
  expect(about.slice(about.indexOf('messageDeleted'))).not.toContain('newMessage');
}

const isClosed = ({ stage }: Scene, { socket }: ChatClient) =>
  stage.eventually(() => expect(socket.readyState).toBe(socket.CLOSED));

/** What everybody in a scene knows of the pinned message. */
async function expectPinned(
  { stage, eventId, host, ana, bob }: Scene,
  text: string | undefined,
): Promise<void> {
  for (const client of [host, ana, bob])
    await stage.eventually(() => expect(client.all('eventUpdated').at(-1)?.event.pinned?.text).toBe(text));
  expect((await stage.api<Event>('GET', `/${eventId}`)).body.pinned?.text).toBe(text);
}

/** A message that was said once, whatever died, is heard once and in the history once. */
async function expectOnce(scene: Scene, text: string): Promise<void> {
  const of = (said: Message[]) => said.filter((message) => message.text === text);
  for (const client of [scene.host, scene.ana, scene.bob]) {
    await hears(client, text);
    expect(new Set(of(client.all('newMessage')).map(({ seq }) => seq)).size).toBe(1);
  }
  // Not before: a number whose writer died is open for a second, and nobody reads beyond it.
  expect(of(await messages(scene))).toHaveLength(1);
}

const backIn = ({ stage, eventId, participantToken }: Scene) =>
  enter(stage, eventId, 'ana', { participantToken });

const audited: Mark = ['the audit', '#AUDIT', 1];
const begun: readonly Mark[] = [['the rate', 'RATE#', 1], audited];
const logged: readonly Mark[] = [
  ['the head', ' HEAD', 1],
  ['the log', 'MSG#', 1],
];
const sentAway: readonly Mark[] = [
  ['the first connection', '#AUDIENCE', 1],
  ['the second connection', '#AUDIENCE', 2],
  ['the head', ' HEAD', 1],
];
/** A pin, which comes after so many writes of the audit, the head and the log. */
const pinned = (before: number): readonly Mark[] => [
  ['the audit of the pin', '#AUDIT', before + 1],
  ['the pin', ' META', 1],
  ['the head, of the pin', ' HEAD', before + 1],
  ['the log, of the pin', 'MSG#', before + 1],
];
/** What each does writes, by name. */
const writesOf = {
  announce: [...begun, ...logged, ...windowMarks, ...pinned(1)],
  publish: [
    ['the rate', 'RATE#', 1],
    ...logged,
    ...windowMarks,
    ['the audit of the pin', '#AUDIT', 1],
    ...pinned(1).slice(1),
  ],
  pin: [['the rate', 'RATE#', 1], ...pinned(0), ...windowMarks],
  unpin: [['the rate', 'RATE#', 1], ...pinned(0), ...windowMarks],
  deletePinned: [
    ...begun,
    ['the repeat’s marker', 'SENT#', 1],
    ...logged,
    ['the head, of the pin', ' HEAD', 2],
    ['the log, of the pin', 'MSG#', 2],
    ['the pin', ' META', 1],
    ...windowMarks,
  ],
  deleteMessage: [...begun, ['the repeat’s marker', 'SENT#', 1], ...logged, ...windowMarks],
  erase: [
    ...begun,
    ['the first repeat’s marker', 'SENT#', 1],
    ['the second repeat’s marker', 'SENT#', 2],
    ...logged,
    ...windowMarks,
  ],
  kick: [...begun, ...sentAway, ...presenceMarks(2)],
  ban: [
    ...begun,
    ['the ban', 'BAN#', 1],
    ...sentAway,
    ...presenceMarks(2),
    ['the name of the banned', 'BAN#', 2],
  ],
  unban: [...begun, ['the ban', 'BAN#', 1]],
  mute: [...begun, ['the mute', 'MUTE#', 1], ['the head', ' HEAD', 1], ['the name of the muted', 'MUTE#', 2]],
  unmute: [...begun, ['the mute', 'MUTE#', 1]],
  blockWords: [
    ...begun,
    ['the words', ' WORDS', 1],
    ['the rule', ' HEAD', 1],
    ['the head', ' HEAD', 2],
    ['the log', 'MSG#', 1],
    ...windowMarks,
  ],
  pause: [
    ...begun,
    ['the rule', ' HEAD', 1],
    ['the head', ' HEAD', 2],
    ['the log', 'MSG#', 1],
    ...windowMarks,
  ],
  remove: [
    ...begun,
    ['the audit of all events', 'AUDIT ', 2],
    ['the event', ' META', 1],
    ['the end', ' HEAD', 1],
    ['the log', 'MSG#', 1],
    ...windowMarks,
    ['the head', ' HEAD', 2],
    ['a membership', 'CONN#', 1],
    ['the members', '#AUDIENCE', 1],
    ['the staff', '#STAFF', 1],
    ['the rest', 'MSG#', 2],
  ],
  end: [...begun, ...logged, ['the event', ' META', 1], ...windowMarks],
} satisfies Record<string, readonly Mark[]>;

interface Act {
  by: Entry;
  marks: readonly Mark[];
  /** `twice` does it, dies, and does it again. */
  run: (scene: Scene, twice: (act: () => Promise<unknown>) => Promise<void>) => Promise<void>;
}

/** By the names of what is done. */
export const actsOfModeration: Readonly<Record<string, Act>> = {
  deleteMessage: {
    by: 'websocket/moderate',
    marks: writesOf.deleteMessage,
    async run(scene, twice) {
      const { eventId, host, ana, bob, said } = scene;
      const { seq = 0, id, text = '' } = said[0] ?? {};
      await twice(() => host.request('deleteMessage', { seq }));
      for (const client of [host, ana, bob]) {
        expect(await client.next('messageDeleted')).toEqual({ eventId, seq, id });
        expectNothingAfter(client, seq);
      }
      expect(await messages(scene)).toEqual(said.slice(1));
      expect(await isStored(scene, text)).toBe(false);
    },
  },

  'the deletion of all that somebody wrote': {
    by: 'http/moderation',
    marks: writesOf.erase,
    async run(scene, twice) {
      const { stage, eventId, host, ana, bob, said, participantId } = scene;
      await twice(() => stage.api('DELETE', `/${eventId}/messages?participantId=${participantId}`));
      for (const { seq, text } of said) {
        for (const client of [host, ana, bob]) {
          const deleted = () => client.all('messageDeleted').flatMap(seqsIn);
          await stage.eventually(() => expect(deleted()).toContain(seq));
          expectNothingAfter(client, seq);
        }
        expect(await isStored(scene, text)).toBe(false);
      }
      expect(await messages(scene)).toEqual([]);
    },
  },

  'an announcement that is pinned': {
    by: 'websocket/moderate',
    marks: writesOf.announce,
    async run(scene, twice) {
      const announcement = { text: 'Doors open!', pin: true, clientMessageId: 'doors' };
      await twice(() => scene.host.request('announce', announcement));
      await expectOnce(scene, 'Doors open!');
      await expectPinned(scene, 'Doors open!');
    },
  },

  'what a backend publishes and pins': {
    by: 'http/moderation',
    marks: writesOf.publish,
    async run(scene, twice) {
      const { stage, eventId } = scene;
      const publication = { text: 'Doors open!', pin: true, clientMessageId: 'doors' };
      await twice(() => stage.api('POST', `/${eventId}/messages`, publication));
      await expectOnce(scene, 'Doors open!');
      await expectPinned(scene, 'Doors open!');
    },
  },

  'a pin': {
    by: 'websocket/moderate',
    marks: writesOf.pin,
    async run(scene, twice) {
      const [{ seq = 0, text } = {}] = scene.said;
      await twice(() => scene.host.request('pin', { seq }));
      await expectPinned(scene, text);
    },
  },

  'an unpin': {
    by: 'websocket/moderate',
    marks: writesOf.unpin,
    async run(scene, twice) {
      const { host, said } = scene;
      await host.request('pin', { seq: said[0]?.seq });
      await expectPinned(scene, said[0]?.text);
      await twice(() => host.request('unpin'));
      await expectPinned(scene, undefined);
    },
  },

  'deleteMessage of what is pinned': {
    by: 'websocket/moderate',
    marks: writesOf.deletePinned,
    async run(scene, twice) {
      const { host, ana, bob, said } = scene;
      const [{ seq = 0, text = '' } = {}] = said;
      await host.request('pin', { seq });
      await expectPinned(scene, text);
      await twice(() => host.request('deleteMessage', { seq }));
      await expectPinned(scene, undefined);
      for (const client of [host, ana, bob]) expectNothingAfter(client, seq);
      expect(await isStored(scene, text)).toBe(false);
    },
  },

  'a kick': {
    by: 'websocket/moderate',
    marks: writesOf.kick,
    async run(scene, twice) {
      const { stage, eventId, host, ana, tab, bob, participantId } = scene;
      const reason = 'Enough.';
      await twice(() => host.request('kick', { participantId, reason }));
      await stage.sweep();
      expect(await ana.next('kicked')).toEqual({ eventId, banned: false, reason });
      await isClosed(scene, ana);
      expect(await tab.hears('kicked')).toEqual({ eventId, banned: false, reason });
      await tab.hears('disconnect');
      for (const client of [host, bob]) {
        expect(await client.next('userLeft')).toMatchObject({ participant: { id: participantId } });
        await client.settle();
        expect(heard(client, 'userLeft')).toHaveLength(1);
      }
      const back = await backIn(scene);
      expect(await bob.next('userJoined')).toMatchObject({ participant: { id: participantId } });
      await back.say('I am back');
    },
  },

  'a ban': {
    by: 'websocket/moderate',
    marks: writesOf.ban,
    async run(scene, twice) {
      const { stage, eventId, host, ana, tab, bob, participantId } = scene;
      await twice(() => host.request('ban', { participantId }));
      await stage.sweep();
      expect(await ana.next('kicked')).toEqual({ eventId, banned: true });
      await isClosed(scene, ana);
      expect(await tab.hears('kicked')).toEqual({ eventId, banned: true });
      await tab.hears('disconnect');
      for (const client of [host, bob]) {
        expect(await client.next('userLeft')).toMatchObject({ participant: { id: participantId } });
        expect(heard(client, 'userLeft')).toHaveLength(1);
      }
      expect(await refusal(backIn(scene))).toMatchObject({ code: 'FORBIDDEN' });
      const { body } = await stage.api<{ bans: unknown[] }>('GET', `/${eventId}/bans`);
      expect(body.bans).toHaveLength(1);
    },
  },

  'an unban': {
    by: 'websocket/moderate',
    marks: writesOf.unban,
    async run(scene, twice) {
      const { stage, eventId, host, bob, participantId } = scene;
      await host.request('ban', { participantId });
      await bob.next('userLeft');
      await twice(() => host.request('unban', { participantId }));
      await backIn(scene);
      const { body } = await stage.api<{ bans: unknown[] }>('GET', `/${eventId}/bans`);
      expect(body.bans).toEqual([]);
    },
  },

  'a mute': {
    by: 'websocket/moderate',
    marks: writesOf.mute,
    async run(scene, twice) {
      const { stage, eventId, host, ana, tab, bob, participantId, participantToken } = scene;
      const muted = { participantId, seconds: 600, reason: 'Enough.' };
      await twice(() => host.request('mute', muted));
      expect(await ana.next('muted')).toMatchObject({ eventId, reason: 'Enough.' });
      expect(await tab.hears('muted')).toMatchObject({ eventId, reason: 'Enough.' });
      expect(await refusal(ana.say('hm'))).toMatchObject({ code: 'MUTED', reason: 'Enough.' });
      const again = await stage.connect();
      expect((await again.join(eventId, 'ana', { participantToken })).can.send).toBe(false);
      expect(await again.next('muted')).toMatchObject({ eventId });
      await bob.say('still here');
      await hears(ana, 'still here');
      const { body } = await stage.api<{ mutes: unknown[] }>('GET', `/${eventId}/mutes`);
      expect(body.mutes).toMatchObject([{ participantId, username: 'ana', reason: 'Enough.' }]);
    },
  },

  'an unmute': {
    by: 'websocket/moderate',
    marks: writesOf.unmute,
    async run(scene, twice) {
      const { stage, eventId, host, ana, tab, participantId } = scene;
      await host.request('mute', { participantId, seconds: 600 });
      await twice(() => host.request('unmute', { participantId }));
      expect(await ana.next('unmuted')).toEqual({ eventId });
      expect(await tab.hears('unmuted')).toEqual({ eventId });
      await ana.say('thanks');
      const { body } = await stage.api<{ mutes: unknown[] }>('GET', `/${eventId}/mutes`);
      expect(body.mutes).toEqual([]);
    },
  },

  'a word list': {
    by: 'http/moderation',
    marks: writesOf.blockWords,
    async run({ stage, eventId, host, ana, bob }, twice) {
      const words = { blockedWords: ['spam'], links: 'deny' };
      await twice(() => stage.api('PATCH', `/${eventId}`, words));
      expect(await refusal(ana.say('s p a m'))).toMatchObject({ code: 'MESSAGE_REJECTED', reason: 'word' });
      expect(await refusal(ana.say('example.com'))).toMatchObject({ reason: 'link' });
      await host.say('spam on example.com is rejected');
      for (const client of [host, ana, bob]) await hears(client, 'spam on example.com is rejected');
    },
  },

  'a pause': {
    by: 'websocket/moderate',
    marks: writesOf.pause,
    async run({ host, ana, bob }, twice) {
      await twice(() => host.request('updateEvent', { paused: true }));
      expect(await refusal(ana.say('hm'))).toMatchObject({ code: 'EVENT_PAUSED' });
      await host.say('please wait');
      for (const client of [host, ana, bob]) {
        await hears(client, 'please wait');
        // Only the host was there when it was named.
        const updates = client.all('eventUpdated').slice(client === host ? 1 : 0);
        expect([...new Set(updates.map(({ event }) => event.paused))]).toEqual([true]);
      }
    },
  },

  'the deletion of the event': {
    by: 'http/moderation',
    marks: writesOf.remove,
    async run(scene, twice) {
      const { stage, eventId, host, ana, bob, said } = scene;
      await twice(() => stage.api('DELETE', `/${eventId}`));
      for (const client of [host, ana, bob]) {
        expect(await client.next('eventEnded')).toMatchObject({ event: { id: eventId, status: 'ended' } });
        expect(await refusal(client.say('hm'))).toMatchObject({ code: 'NOT_JOINED' });
      }
      expect(await refusal(ana.join(eventId, 'ana'))).toMatchObject({ code: 'EVENT_NOT_FOUND' });
      expect((await stage.api('GET', `/${eventId}`)).status).toBe(404);
      for (const { text } of said) expect(await isStored(scene, text)).toBe(false);
      // What writes late is found by them.
      expect(await itemsOf(scene)).toEqual(['HEAD', 'META']);
      await stage.pass(timing.lateWriterMs + 1);
      await stage.sweep();
      expect(await itemsOf(scene)).toEqual([]);
    },
  },

  'the end': {
    by: 'websocket/moderate',
    marks: writesOf.end,
    async run({ stage, eventId, host, ana, bob }, twice) {
      await twice(() => host.request('updateEvent', { status: 'ended' }));
      for (const client of [host, ana, bob]) {
        expect(await client.next('eventEnded')).toMatchObject({ event: { id: eventId, status: 'ended' } });
        // API Gateway tells the host of the dead Lambda, at any time, in a frame that is no event.
        expect(client.received.filter(({ event }) => event).at(-1)?.event).toBe('eventEnded');
      }
      expect(await refusal(ana.say('hm'))).toMatchObject({ code: 'EVENT_ENDED' });
      const { body } = await stage.api<{ events: { id: string }[] }>('GET', '');
      expect(body.events).not.toContainEqual(expect.objectContaining({ id: eventId }));
    },
  },
};

/** The function dies after one of its writes, and is called again. */
export async function moderateTwice(stage: Stage, name: string, mark: Mark): Promise<void> {
  const act = actsOfModeration[name];
  if (!act) throw new Error(`Nobody does ${name}`);
  const { by, marks, run } = act;
  await run(await sceneOn(stage), (what) => twice(stage, by, marks, mark, what));
}

/** A kick or a ban dies once it has removed the connection: the repeat finds nobody there any more. */
export async function sendAwayTwice(stage: Stage, action: 'kick' | 'ban'): Promise<void> {
  const eventId = await newEvent(stage);
  const host = await stage.connect();
  const joined = await host.join(eventId, 'host');
  const ana = await enterSocket(stage, eventId, 'ana');
  const { participant } = await host.next('userJoined');
  await stage.api('PATCH', `/${eventId}`, { hosts: [{ participantId: joined.participant.id }] });
  stage.loseDisconnects(1);
  const gone: Mark = ['the connection', '#AUDIENCE', 1];
  await twice(stage, 'websocket/moderate', writesOf[action], gone, () =>
    host.request(action, { participantId: participant?.id }),
  );
  await ana.hears('kicked');
  // Before the answer: the sweep, which finds it within a minute, has not come yet.
  await host.settle();
  expect(heard(host, 'userLeft')).toHaveLength(1);
}
