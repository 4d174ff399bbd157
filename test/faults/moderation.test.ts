import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Event, Message } from '../../shared/protocol/entities.ts';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { timing } from '../../shared/timing.ts';
import { connect, createEvent, enter as enterAt, hears, http, refusal } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { dieAfterWrites, expectListed, type Mark, presenceMarks, windowMarks } from '../support/deaths.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';
import { enterSocket } from '../support/sockets.ts';

/** A moderator's Lambda dies after any of its writes; the moderator does it again, and nothing is left undone. */
let stack: RunningChat;
let database: DynamoDBClient;
beforeAll(async () => {
  stack = await runChat(
    { sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 },
    { functionLogs: 'none' },
  );
  database = new DynamoDBClient({
    endpoint: stack.dynamodbEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const api = <Body>(method: string, path: string, body?: unknown) =>
  http<Body>(path, { method, body, url: `${stack.outputs.EventsUrl}` });
const messages = async (eventId: string) =>
  (await api<{ messages: Message[] }>('GET', `/${eventId}/messages`)).body.messages;

/** Whether these words stand anywhere in the table. */
async function isStored(words: string): Promise<boolean> {
  const TableName = `${Object.values(stack.tables)[0]}`;
  const { Items, LastEvaluatedKey } = await database.send(new ScanCommand({ TableName }));
  expect(LastEvaluatedKey).toBeUndefined();
  return JSON.stringify(Items).includes(words);
}

/** The sort keys of what the table has of an event, but for its audit log. */
async function itemsOf(eventId: string): Promise<string[]> {
  const TableName = `${Object.values(stack.tables)[0]}`;
  const { Items = [] } = await database.send(new ScanCommand({ TableName }));
  return Items.filter(({ pk }) => pk?.S?.includes(`#${eventId}`) && !pk.S.endsWith('#AUDIT'))
    .map(({ sk }) => `${sk?.S}`)
    .sort();
}

let events = 0;
/** An event with a host, somebody who has written two messages, and somebody who watches, on either wire. */
async function scene() {
  events += 1;
  const eventId = await createEvent('Moderated', `${stack.outputs.EventsUrl}`);
  const host = await connect(url());
  const { participant } = await host.join(eventId, 'host');
  await api('PATCH', `/${eventId}`, { hosts: [{ participantId: participant.id }] });
  const ana = await connect(url());
  const { participant: anas, participantToken } = await ana.join(eventId, 'ana');
  const tab = await enterSocket(eventId, 'ana', { url: url(), auth: { participantToken } });
  const bob = await enterAt(eventId, 'bob', { url: url() });
  const said = [
    await ana.say(`unspeakable ${events}`, 'first'),
    await ana.say(`unrepeatable ${events}`, 'second'),
  ];
  for (const client of [host, ana, bob]) await hears(client, `unrepeatable ${events}`);
  return { eventId, host, ana, tab, bob, said, participantId: anas.id, participantToken };
}

/** Kills what moderates after one of its writes, if it comes so far, and does it again. */
async function twice(
  name: string,
  action: keyof typeof writesOf,
  [, of, writes]: Mark,
  act: () => Promise<unknown>,
): Promise<void> {
  const from = stack.writes.length;
  await dieAfterWrites(stack, { function: name, of, writes }, act);
  await act();
  expectListed(stack, from, name, writesOf[action]);
}

/** Finds the departure whose Lambda died before it signalled it. */
const sweep = async () => expect(await stack.runSchedule('Sweep')).toMatchObject({ ok: true });

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

const isClosed = ({ socket }: ChatClient) => expect.poll(() => socket.readyState).toBe(socket.CLOSED);

const audited: Mark = ['the audit', '#AUDIT', 1];
/** Over HTTP there is no rate. */
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
    audited,
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
    audited,
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
    audited,
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
describe('killed after', () => {
  test.for(writesOf.deleteMessage)('%s of deleteMessage', async (write) => {
    const { eventId, host, ana, bob, said } = await scene();
    const { seq = 0, id, text = '' } = said[0] ?? {};
    await twice('Moderate', 'deleteMessage', write, () => host.request('deleteMessage', { seq }));
    for (const client of [host, ana, bob]) {
      expect(await client.next('messageDeleted')).toEqual({ eventId, seq, id });
      expectNothingAfter(client, seq);
    }
    expect(await messages(eventId)).toEqual(said.slice(1));
    expect(await isStored(text)).toBe(false);
  });

  test.for(writesOf.erase)('%s of the deletion of all that somebody wrote', async (write) => {
    const { eventId, host, ana, bob, said, participantId } = await scene();
    const erase = () => api('DELETE', `/${eventId}/messages?participantId=${participantId}`);
    await twice('Moderation', 'erase', write, erase);
    for (const { seq, text } of said) {
      for (const client of [host, ana, bob]) {
        const deleted = () => client.all('messageDeleted').flatMap(seqsIn);
        await expect.poll(deleted).toContain(seq);
        expectNothingAfter(client, seq);
      }
      expect(await isStored(text)).toBe(false);
    }
    expect(await messages(eventId)).toEqual([]);
  });

  /** What everybody in a scene knows of the pinned message. */
  const expectPinned = async (eventId: string, clients: ChatClient[], text: string | undefined) => {
    for (const client of clients) {
      const last = () => client.all('eventUpdated').at(-1)?.event.pinned?.text;
      await expect.poll(last).toBe(text);
    }
    expect((await api<Event>('GET', `/${eventId}`)).body.pinned?.text).toBe(text);
  };
  /** A message that was said once, whatever died, is heard once and in the history once. */
  const expectOnce = async (eventId: string, clients: ChatClient[], text: string) => {
    const of = (said: Message[]) => said.filter((message) => message.text === text);
    for (const client of clients) {
      await hears(client, text);
      const heard = of(client.all('newMessage'));
      expect(new Set(heard.map(({ seq }) => seq)).size).toBe(1);
    }
    // Not before: a number whose writer died is open for a second, and nobody reads beyond it.
    expect(of(await messages(eventId))).toHaveLength(1);
  };

  test.for(writesOf.announce)('%s of an announcement that is pinned', async (write) => {
    const { eventId, host, ana, bob } = await scene();
    const announcement = { text: 'Doors open!', pin: true, clientMessageId: 'doors' };
    await twice('Moderate', 'announce', write, () => host.request('announce', announcement));
    await expectOnce(eventId, [host, ana, bob], 'Doors open!');
    await expectPinned(eventId, [host, ana, bob], 'Doors open!');
  });

  test.for(writesOf.publish)('%s of what a backend publishes and pins', async (write) => {
    const { eventId, host, ana, bob } = await scene();
    const publication = { text: 'Doors open!', pin: true, clientMessageId: 'doors' };
    await twice('Moderation', 'publish', write, () => api('POST', `/${eventId}/messages`, publication));
    await expectOnce(eventId, [host, ana, bob], 'Doors open!');
    await expectPinned(eventId, [host, ana, bob], 'Doors open!');
  });

  test.for(writesOf.pin)('%s of a pin', async (write) => {
    const { eventId, host, ana, bob, said } = await scene();
    const [{ seq = 0, text } = {}] = said;
    await twice('Moderate', 'pin', write, () => host.request('pin', { seq }));
    await expectPinned(eventId, [host, ana, bob], text);
  });

  test.for(writesOf.unpin)('%s of an unpin', async (write) => {
    const { eventId, host, ana, bob, said } = await scene();
    await host.request('pin', { seq: said[0]?.seq });
    await expectPinned(eventId, [host, ana, bob], said[0]?.text);
    await twice('Moderate', 'unpin', write, () => host.request('unpin'));
    await expectPinned(eventId, [host, ana, bob], undefined);
  });

  test.for(writesOf.deletePinned)('%s of deleteMessage of what is pinned', async (write) => {
    const { eventId, host, ana, bob, said } = await scene();
    const [{ seq = 0, text = '' } = {}] = said;
    await host.request('pin', { seq });
    await expectPinned(eventId, [host, ana, bob], text);
    await twice('Moderate', 'deletePinned', write, () => host.request('deleteMessage', { seq }));
    await expectPinned(eventId, [host, ana, bob], undefined);
    for (const client of [host, ana, bob]) expectNothingAfter(client, seq);
    expect(await isStored(text)).toBe(false);
  });

  test.for(writesOf.kick)('%s of a kick', async (write) => {
    const { eventId, host, ana, tab, bob, participantId, participantToken } = await scene();
    const reason = 'Enough.';
    await twice('Moderate', 'kick', write, () => host.request('kick', { participantId, reason }));
    await sweep();
    expect(await ana.next('kicked')).toEqual({ eventId, banned: false, reason });
    await isClosed(ana);
    expect(await tab.hears('kicked')).toEqual({ eventId, banned: false, reason });
    await tab.hears('disconnect');
    for (const client of [host, bob]) {
      expect(await client.next('userLeft')).toMatchObject({ participant: { id: participantId } });
      await client.settle();
      expect(heard(client, 'userLeft')).toHaveLength(1);
    }
    const back = await enterAt(eventId, 'ana', { url: url(), participantToken });
    expect(await bob.next('userJoined')).toMatchObject({ participant: { id: participantId } });
    await back.say('I am back');
  });

  test.for(writesOf.ban)('%s of a ban', async (write) => {
    const { eventId, host, ana, tab, bob, participantId, participantToken } = await scene();
    await twice('Moderate', 'ban', write, () => host.request('ban', { participantId }));
    await sweep();
    expect(await ana.next('kicked')).toEqual({ eventId, banned: true });
    await isClosed(ana);
    expect(await tab.hears('kicked')).toEqual({ eventId, banned: true });
    await tab.hears('disconnect');
    for (const client of [host, bob]) {
      expect(await client.next('userLeft')).toMatchObject({ participant: { id: participantId } });
      expect(heard(client, 'userLeft')).toHaveLength(1);
    }
    const back = await connect(url());
    const refused = { code: 'FORBIDDEN' };
    expect(await refusal(back.join(eventId, 'ana', { participantToken }))).toMatchObject(refused);
    expect((await api<{ bans: unknown[] }>('GET', `/${eventId}/bans`)).body.bans).toHaveLength(1);
  });

  // The repeat finds nobody there any more.
  test.for(['kick', 'ban'] as const)('the connection of a %s: the others hear of it', async (action) => {
    const eventId = await createEvent('Moderated', `${stack.outputs.EventsUrl}`);
    const host = await enterAt(eventId, 'host', { url: url() });
    const ana = await enterSocket(eventId, 'ana', { url: url() });
    const { participant } = await host.next('userJoined');
    const hosts = [{ participantId: (await host.join(eventId, 'host')).participant.id }];
    await api('PATCH', `/${eventId}`, { hosts });
    stack.faults.dropDisconnect = 1;
    await twice('Moderate', action, ['the connection', '#AUDIENCE', 1], () =>
      host.request(action, { participantId: participant?.id }),
    );
    await ana.hears('kicked');
    // Before the answer: the sweep, which finds it within a minute, has not come yet.
    await host.settle();
    expect(heard(host, 'userLeft')).toHaveLength(1);
  });

  test.for(writesOf.unban)('%s of an unban', async (write) => {
    const { eventId, host, bob, participantId, participantToken } = await scene();
    await host.request('ban', { participantId });
    await bob.next('userLeft');
    await twice('Moderate', 'unban', write, () => host.request('unban', { participantId }));
    const back = await connect(url());
    await back.join(eventId, 'ana', { participantToken });
    expect((await api<{ bans: unknown[] }>('GET', `/${eventId}/bans`)).body.bans).toEqual([]);
  });

  test.for(writesOf.mute)('%s of a mute', async (write) => {
    const { eventId, host, ana, tab, bob, participantId, participantToken } = await scene();
    const muted = { participantId, seconds: 600, reason: 'Enough.' };
    await twice('Moderate', 'mute', write, () => host.request('mute', muted));
    expect(await ana.next('muted')).toMatchObject({ eventId, reason: 'Enough.' });
    expect(await tab.hears('muted')).toMatchObject({ eventId, reason: 'Enough.' });
    expect(await refusal(ana.say('hm'))).toMatchObject({ code: 'MUTED', reason: 'Enough.' });
    const again = await connect(url());
    expect((await again.join(eventId, 'ana', { participantToken })).can.send).toBe(false);
    expect(await again.next('muted')).toMatchObject({ eventId });
    await bob.say('still here');
    await hears(ana, 'still here');
    expect((await api<{ mutes: unknown[] }>('GET', `/${eventId}/mutes`)).body.mutes).toMatchObject([
      { participantId, username: 'ana', reason: 'Enough.' },
    ]);
  });

  test.for(writesOf.unmute)('%s of an unmute', async (write) => {
    const { eventId, host, ana, tab, participantId } = await scene();
    await host.request('mute', { participantId, seconds: 600 });
    await twice('Moderate', 'unmute', write, () => host.request('unmute', { participantId }));
    expect(await ana.next('unmuted')).toEqual({ eventId });
    expect(await tab.hears('unmuted')).toEqual({ eventId });
    await ana.say('thanks');
    expect((await api<{ mutes: unknown[] }>('GET', `/${eventId}/mutes`)).body.mutes).toEqual([]);
  });

  test.for(writesOf.blockWords)('%s of a word list', async (write) => {
    const { eventId, host, ana, bob } = await scene();
    const words = { blockedWords: ['spam'], links: 'deny' };
    await twice('Moderation', 'blockWords', write, () => api('PATCH', `/${eventId}`, words));
    expect(await refusal(ana.say('s p a m'))).toMatchObject({ code: 'MESSAGE_REJECTED', reason: 'word' });
    expect(await refusal(ana.say('example.com'))).toMatchObject({ reason: 'link' });
    await host.say('spam on example.com is rejected');
    for (const client of [host, ana, bob]) await hears(client, 'spam on example.com is rejected');
  });

  test.for(writesOf.pause)('%s of a pause', async (write) => {
    const { host, ana, bob } = await scene();
    await twice('Moderate', 'pause', write, () => host.request('updateEvent', { paused: true }));
    expect(await refusal(ana.say('hm'))).toMatchObject({ code: 'EVENT_PAUSED' });
    await host.say('please wait');
    for (const client of [host, ana, bob]) {
      await hears(client, 'please wait');
      // Only the host was there when it was named.
      const updates = client.all('eventUpdated').slice(client === host ? 1 : 0);
      expect([...new Set(updates.map(({ event }) => event.paused))]).toEqual([true]);
    }
  });

  test.for(writesOf.remove)('%s of the deletion of the event', async (write) => {
    const { eventId, host, ana, bob, said } = await scene();
    await twice('Moderation', 'remove', write, () => api('DELETE', `/${eventId}`));
    for (const client of [host, ana, bob]) {
      expect(await client.next('eventEnded')).toMatchObject({ event: { id: eventId, status: 'ended' } });
      expect(await refusal(client.say('hm'))).toMatchObject({ code: 'NOT_JOINED' });
    }
    expect(await refusal(ana.join(eventId, 'ana'))).toMatchObject({ code: 'EVENT_NOT_FOUND' });
    expect((await api('GET', `/${eventId}`)).status).toBe(404);
    for (const { text } of said) expect(await isStored(text)).toBe(false);
    // What writes late is found by them.
    expect(await itemsOf(eventId)).toEqual(['HEAD', 'META']);
    stack.clock.advance(timing.lateWriterMs + 1);
    await sweep();
    expect(await itemsOf(eventId)).toEqual([]);
  });

  test.for(writesOf.end)('%s of the end', async (write) => {
    const { eventId, host, ana, bob } = await scene();
    await twice('Moderate', 'end', write, () => host.request('updateEvent', { status: 'ended' }));
    for (const client of [host, ana, bob]) {
      expect(await client.next('eventEnded')).toMatchObject({ event: { id: eventId, status: 'ended' } });
      // API Gateway tells the host of the dead Lambda, at any time, in a frame that is no event.
      expect(client.received.filter(({ event }) => event).at(-1)?.event).toBe('eventEnded');
    }
    expect(await refusal(ana.say('hm'))).toMatchObject({ code: 'EVENT_ENDED' });
    expect((await api<{ events: { id: string }[] }>('GET', '')).body.events).not.toContainEqual(
      expect.objectContaining({ id: eventId }),
    );
  });
});
