import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectionKey, dueRank, memberKey, tableKeys } from '../../shared/store/keys.ts';
import { timing } from '../../shared/timing.ts';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { hears, textsHeardBy } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { countOf, enter as enterOn, newEvent as newEventOn, unlimited } from '../support/stage.ts';

/** Those who deliver die, or what they work with fails: what was acknowledged arrives all the same. */
let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start(unlimited);
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

const newEvent = () => newEventOn(chat);
const enter = (eventId: string, username: string) => enterOn(chat, eventId, username);
const inOrder = (client: ChatClient) => {
  // What a fault makes come twice comes in order the first time.
  const seqs = [...new Set(client.all('newMessage').map((message) => message.seq))];
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
};

/** A send without a clientMessageId, by what it had written. */
test.for([
  ['changed the head', ' HEAD', 1, 'before its message is stored', false],
  ['stored', 'MSG#', 1, 'right after its message is stored', true],
  ['took the lease', 'CURSOR', 1, 'with the lease in its hands', true],
  ['took its frame quota', 'QUOTA#', 1, 'before it posted', true],
  ['wrote what it did', 'CURSOR', 2, 'at the end of its window', true],
] as const)('a sender that dies once it %s, %s %i: %s, harms nobody', async ([, of, writes, , isStored]) => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  await bob.say('before');
  await hears(ana, 'before');
  const death = chat.killAfter('writes', 'websocket/send-message', writes, of);
  const said: string[] = [];
  // A sender that finds the lease taken writes less: then the next one dies.
  while (death.times > 0) {
    const text = `words ${said.length}`;
    said.push(text);
    ana.emit('sendMessage', { text });
    await chat.until(text, () => death.times === 0 || textsHeardBy(bob).includes(text));
  }
  await chat.outliveLeases();
  if (!isStored) said.pop();
  await bob.say('after');
  for (const client of [ana, bob]) {
    await hears(client, 'after');
    expect(textsHeardBy(client)).toEqual(['before', ...said, 'after']);
    inOrder(client);
  }
});

test('a dead sender’s message arrives though nobody else says anything', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  const death = chat.killAfter('writes', 'websocket/send-message', 1, 'MSG#');
  ana.emit('sendMessage', { text: 'dying words' });
  await chat.until('the death', () => death.times === 0);
  await hears(bob, 'dying words');
  expect(textsHeardBy(bob)).toEqual(['dying words']);
});

test('ghosts: members who vanish without $disconnect are found by the next message and leave once', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const ghosts = await Promise.all(Array.from({ length: 5 }, (_, i) => enter(eventId, `ghost ${i}`)));
  await ana.until('5 arrivals', (got) => got.filter((e) => e.event === 'userJoined').length === 5);
  chat.loseDisconnects(1);
  for (const ghost of ghosts) ghost.vanish();
  await chat.pass(1_000);
  await ana.say('anybody?');
  await ana.until('5 departures', (got) => got.filter((e) => e.event === 'userLeft').length === 5);
  expect(ana.all('userLeft').at(-1)?.participantCount).toBe(1);
  expect(await countOf(chat, eventId)).toBe(1);
  const rows = (await chat.items()).filter(
    (item) => String(item.sk).startsWith('CONN#') && String(item.pk).includes(eventId),
  );
  expect(rows).toHaveLength(1);
});

test('a connection whose time has passed without a word is swept away and leaves once', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  chat.loseDisconnects(1);
  const ghost = await enter(eventId, 'ghost');
  await ana.next('userJoined');
  const { connectionId } = chat.socketOf(ghost);
  ghost.vanish();
  const past = Math.floor(chat.now) - 1_000;
  for (const Key of [connectionKey(connectionId), memberKey(eventId, connectionId)]) {
    await chat.write('UpdateItem', {
      Key,
      UpdateExpression: 'SET expiresAt = :past, #rank = :rank',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#rank': tableKeys.index.sort },
      ExpressionAttributeValues: { ':past': past, ':rank': dueRank(past) },
    });
  }
  await chat.sweep();
  expect(await ana.next('userLeft')).toMatchObject({
    participant: { username: 'ghost' },
    participantCount: 1,
  });
});

test('a joiner gets what is said while its history is on the way: all of it, once, in order', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  await ana.say('before');
  chat.managementLatencyMs = 300;
  const joining = enter(eventId, 'bob');
  const saying = Promise.all(Array.from({ length: 20 }, (_, i) => ana.say(`m${i}`)));
  const bob = await joining;
  await saying;
  chat.managementLatencyMs = 0;
  await ana.say('end');
  await hears(bob, 'end');
  const history = bob.all('eventHistory').flatMap((event) => event.messages);
  const seqs = [...history, ...bob.all('newMessage')].map((message) => message.seq);
  expect(seqs).toEqual(Array.from({ length: 22 }, (_, i) => i + 1));
});

test('a joiner that a window skipped gets its message though nobody says anything more', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  await ana.say('before');
  chat.managementLatencyMs = 300;
  const bob = await chat.connect();
  await bob.join(eventId, 'bob');
  // Acked, and held until its history is out.
  await ana.say('meanwhile');
  await bob.next('eventHistory');
  const all = () =>
    [...bob.all('eventHistory').flatMap((e) => e.messages), ...bob.all('newMessage')].map((m) => m.text);
  await bob.until('both messages', () => all().length >= 2);
  expect(all()).toEqual(['before', 'meanwhile']);
});

test('a joiner whose Lambda died is disconnected, so that it can join again', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await chat.connect();
  chat.killAfter('writes', 'websocket/join-event', 1, ' HEAD');
  bob.emit('joinEvent', { eventId, username: 'bob' });
  await ana.next('userJoined');
  await chat.pass(timing.heldTooLongMs + 1_000);
  await chat.sweep();
  await chat.until('the end', () => bob.socket.readyState === bob.socket.CLOSED);
  expect(await ana.next('userLeft')).toMatchObject({ participant: { username: 'bob' }, participantCount: 1 });
});

test('the count is right also when a window dies after it announced a departure', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  await ana.next('userJoined');
  // The entry is written with the leave, and deleted once it was announced.
  const death = chat.killAfter('writes', 'websocket/leave-event', 2, 'OUTBOX#');
  bob.emit('leaveEvent', {});
  await ana.next('userLeft');
  await chat.until('the death', () => death.times === 0);
  await chat.eventually(async () => expect(await countOf(chat, eventId)).toBe(1));
});

test('the management API fails a third of the time: everybody gets everything, in order', async () => {
  const eventId = await newEvent();
  const clients = await Promise.all(['ana', 'bob', 'cleo'].map((name) => enter(eventId, name)));
  const [ana] = clients as [ChatClient];
  // At half, one member in sixty fails six times in a row, which is taken for its own trouble.
  Object.assign(chat.rates, { postFailed: 0.2, postRefused: 0.1 });
  for (let i = 0; i < 5; i += 1) ana.emit('sendMessage', { text: `m${i}` });
  await chat.until('5 messages', () => new Set(textsHeardBy(ana)).size === 5);
  Object.assign(chat.rates, { postFailed: 0, postRefused: 0 });
  await ana.say('end');
  for (const client of clients) {
    await hears(client, 'end');
    expect(new Set(textsHeardBy(client)).size).toBe(6);
    inOrder(client);
  }
});

test('the management API is down for a while: what was sent then arrives afterwards', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  chat.setManagementIsDown(true);
  ana.emit('sendMessage', { text: 'into the dark' });
  const log = async () =>
    (await chat.api<{ messages: unknown[] }>('GET', `/${eventId}/messages`)).body.messages;
  await chat.eventually(async () => expect(await log()).toHaveLength(1));
  chat.setManagementIsDown(false);
  await hears(bob, 'into the dark');
  expect(ana.socket.readyState).toBe(ana.socket.OPEN);
});

test('DynamoDB throttles a third of the requests: every answered message arrives', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  chat.rates.throttled = 0.3;
  const sends = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => ana.say(`m${i}`, `id${i}`)));
  chat.rates.throttled = 0;
  const answered = sends.flatMap((send) => (send.status === 'fulfilled' ? [send.value.text] : []));
  expect(answered.length).toBeGreaterThan(0);
  await ana.say('end');
  await hears(bob, 'end');
  expect(textsHeardBy(bob)).toEqual(expect.arrayContaining(answered));
  inOrder(bob);
});

test('messages that overtake each other on the way in do no harm', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  chat.rates.slowInvocation = 0.5;
  await Promise.all(Array.from({ length: 20 }, (_, i) => ana.say(`m${i}`)));
  await bob.until('20 messages', (got) => got.filter((e) => e.event === 'newMessage').length >= 20);
  expect(bob.all('newMessage').map((m) => m.seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('stream batches that come twice are delivered once', async () => {
  const eventId = await newEvent();
  chat.rates.recordTwice = 1;
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  for (let i = 0; i < 5; i += 1) await ana.say(`m${i}`);
  await hears(bob, 'm4');
  expect(textsHeardBy(bob)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  expect(ana.all('userJoined')).toHaveLength(1);
});
