import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { noFaults } from '../../local/faults.ts';
import { connectionKey, dueRank, memberKey, tableKeys } from '../../shared/store/keys.ts';
import { connect, createEvent, enter as enterAt, hears, http, textsHeardBy } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { outliveLeases } from '../support/deaths.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

let stack: RunningChat;
let database: DynamoDBDocumentClient;
beforeAll(async () => {
  stack = await runChat(
    { sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 },
    { functionLogs: 'none' },
  );
  database = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: stack.dynamodbEndpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
  );
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const newEvent = () => createEvent('Faulty', `${stack.outputs.EventsUrl}`);
const enter = (eventId: string, username: string) =>
  enterAt(eventId, username, { url: `${stack.outputs.WebSocketUrl}` });
const table = () => `${Object.values(stack.tables)[0]}`;
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
  stack.faults.killAfterWrites = { function: 'SendMessage', of, writes, times: 1 };
  const said: string[] = [];
  // A sender that finds the lease taken writes less: then the next one dies.
  while (stack.faults.killAfterWrites.times > 0) {
    said.push(`words ${said.length}`);
    ana.emit('sendMessage', { text: said.at(-1) });
    await expect
      .poll(() => stack.faults.killAfterWrites?.times === 0 || textsHeardBy(bob).includes(`${said.at(-1)}`), {
        timeout: 20_000,
      })
      .toBe(true);
  }
  await outliveLeases(stack);
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
  stack.faults.killAfterWrites = { function: 'SendMessage', of: 'MSG#', writes: 1, times: 1 };
  ana.emit('sendMessage', { text: 'dying words' });
  await expect.poll(() => stack.faults.killAfterWrites?.times).toBe(0);
  await outliveLeases(stack);
  await hears(bob, 'dying words');
  expect(textsHeardBy(bob)).toEqual(['dying words']);
});

test('ghosts: members who vanish without $disconnect are found by the next message and leave once', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const ghosts = await Promise.all(Array.from({ length: 5 }, (_, i) => enter(eventId, `ghost ${i}`)));
  await ana.until('5 arrivals', (got) => got.filter((e) => e.event === 'userJoined').length === 5);
  stack.faults.dropDisconnect = 1;
  for (const ghost of ghosts) ghost.vanish();
  await expect.poll(() => stack.connections().length).toBe(1);
  await ana.say('anybody?');
  await ana.until('5 departures', (got) => got.filter((e) => e.event === 'userLeft').length === 5);
  expect(ana.all('userLeft').at(-1)?.participantCount).toBe(1);
  const { body } = await http(`/${eventId}`, { url: `${stack.outputs.EventsUrl}` });
  expect(body.participantCount).toBe(1);
  const { Items = [] } = await database.send(new ScanCommand({ TableName: table() }));
  const rows = Items.filter(
    (item) => String(item.sk).startsWith('CONN#') && String(item.pk).includes(eventId),
  );
  expect(rows).toHaveLength(1);
});

test('a connection whose time has passed without a word is swept away and leaves once', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  stack.faults.dropDisconnect = 1;
  const known = stack.connections();
  const ghost = await enter(eventId, 'ghost');
  await ana.next('userJoined');
  const [connectionId = ''] = stack.connections().filter((id) => !known.includes(id));
  ghost.vanish();
  const past = stack.clock.now() - 1_000;
  for (const Key of [connectionKey(connectionId), memberKey(eventId, connectionId)]) {
    await database.send(
      new UpdateCommand({
        TableName: table(),
        Key,
        UpdateExpression: 'SET expiresAt = :past, #rank = :rank',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#rank': tableKeys.index.sort },
        ExpressionAttributeValues: { ':past': past, ':rank': dueRank(past) },
      }),
    );
  }
  expect(await stack.runSchedule('Sweep')).toMatchObject({ ok: true });
  expect(await ana.next('userLeft')).toMatchObject({
    participant: { username: 'ghost' },
    participantCount: 1,
  });
});

test('a joiner gets what is said while its history is on the way: all of it, once, in order', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  await ana.say('before');
  stack.faults.managementLatencyMs = 300;
  const joining = enter(eventId, 'bob');
  const saying = Promise.all(Array.from({ length: 20 }, (_, i) => ana.say(`m${i}`)));
  const bob = await joining;
  await saying;
  stack.faults.managementLatencyMs = 0;
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
  stack.faults.managementLatencyMs = 300;
  const bob = await connect(`${stack.outputs.WebSocketUrl}`);
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
  const known = stack.connections();
  const bob = await connect(`${stack.outputs.WebSocketUrl}`);
  const [connectionId = ''] = stack.connections().filter((id) => !known.includes(id));
  stack.faults.killAfterWrites = { function: 'JoinEvent', of: ' HEAD', writes: 1, times: 1 };
  bob.emit('joinEvent', { eventId, username: 'bob' });
  await ana.next('userJoined');
  await database.send(
    new UpdateCommand({
      TableName: table(),
      Key: memberKey(eventId, connectionId),
      UpdateExpression: 'SET heldSince = :past',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':past': stack.clock.now() - 60_000 },
    }),
  );
  const closed = new Promise((resolve) => bob.socket.once('close', resolve));
  expect(await stack.runSchedule('Sweep')).toMatchObject({ ok: true });
  await closed;
  expect(await ana.next('userLeft')).toMatchObject({ participant: { username: 'bob' }, participantCount: 1 });
});

test('the count is right also when a window dies after it announced a departure', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  await ana.next('userJoined');
  // The entry is written with the leave, and deleted once it was announced.
  stack.faults.killAfterWrites = { function: 'LeaveEvent', of: 'OUTBOX#', writes: 2, times: 1 };
  bob.emit('leaveEvent', {});
  await ana.next('userLeft');
  await outliveLeases(stack);
  const count = async () =>
    (await http(`/${eventId}`, { url: `${stack.outputs.EventsUrl}` })).body.participantCount;
  await expect.poll(count).toBe(1);
});

test('the management API fails a third of the time: everybody gets everything, in order', async () => {
  const eventId = await newEvent();
  const clients = await Promise.all(['ana', 'bob', 'cleo'].map((name) => enter(eventId, name)));
  const [ana] = clients as [ChatClient];
  // At half, one member in sixty fails six times in a row, which is taken for its own trouble.
  stack.faults.managementErrorRate = 0.2;
  stack.faults.managementThrottleRate = 0.1;
  for (let i = 0; i < 5; i += 1) ana.emit('sendMessage', { text: `m${i}` });
  await expect.poll(() => new Set(textsHeardBy(ana)).size, { timeout: 40_000 }).toBe(5);
  Object.assign(stack.faults, noFaults());
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
  stack.faults.managementErrorRate = 1;
  ana.emit('sendMessage', { text: 'into the dark' });
  const log = async () =>
    (await http<{ messages: unknown[] }>(`/${eventId}/messages`, { url: `${stack.outputs.EventsUrl}` })).body
      .messages;
  await expect.poll(async () => (await log()).length).toBe(1);
  stack.faults.managementErrorRate = 0;
  await hears(bob, 'into the dark');
  expect(ana.socket.readyState).toBe(ana.socket.OPEN);
});

test('DynamoDB throttles a third of the requests: every answered message arrives', async () => {
  const eventId = await newEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  stack.faults.dynamodbThrottleRate = 0.3;
  const sends = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => ana.say(`m${i}`, `id${i}`)));
  stack.faults.dynamodbThrottleRate = 0;
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
  stack.faults.reorderMessagesMs = 200;
  await Promise.all(Array.from({ length: 20 }, (_, i) => ana.say(`m${i}`)));
  await bob.until('20 messages', (got) => got.filter((e) => e.event === 'newMessage').length >= 20);
  expect(bob.all('newMessage').map((m) => m.seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('stream batches that come twice are delivered once', async () => {
  const eventId = await newEvent();
  stack.faults.streamRedeliveryRate = 1;
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  for (let i = 0; i < 5; i += 1) await ana.say(`m${i}`);
  await hears(bob, 'm4');
  expect(textsHeardBy(bob)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  expect(ana.all('userJoined')).toHaveLength(1);
});
