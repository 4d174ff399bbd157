import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import { dueRank, tableKeys } from '../../shared/store/keys.ts';
import { createEvent, enter as enterAt, http } from '../support/chat.ts';
import { PacketClient } from '../support/packet-client.ts';
import { type RunningChat, runChat } from '../support/run-chat.ts';
import { enterSocket, sayMany, textsOf } from '../support/sockets.ts';

/** Connections are lost, and nobody says so or comes back in time, by a clock that tests move. */
const GRACE_SECONDS = 3;
/** More than a slow machine takes for what is to happen in time. */
const RECOVERY_SECONDS = 120;

let stack: RunningChat;
let database: DynamoDBDocumentClient;
beforeAll(async () => {
  stack = await runChat({ presenceGraceSeconds: GRACE_SECONDS, recoverySeconds: RECOVERY_SECONDS });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  database = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'us-east-1', credentials }),
  );
});
afterEach(() => {
  stack.faults.dropDisconnect = 0;
});
afterAll(() => stack.stop());

const url = () => `${stack.outputs.WebSocketUrl}`;
const newEvent = () => createEvent('Shaky', `${stack.outputs.EventsUrl}`);
const enter = (eventId: string, username: string) => enterAt(eventId, username, { url: url() });
const count = async (eventId: string) =>
  (await http(`/${eventId}`, { url: `${stack.outputs.EventsUrl}` })).body.participantCount;
const run = async (schedule: string) => expect(await stack.runSchedule(schedule)).toMatchObject({ ok: true });
const tableName = () => `${Object.values(stack.tables)[0]}`;
/** Rows of the table whose keys match. */
const rows = async (pattern: RegExp) => {
  const { Items = [] } = await database.send(new ScanCommand({ TableName: tableName() }));
  return Items.filter((item) => pattern.test(`${item.pk} ${item.sk}`));
};
/** Connections that are lost, and were in the event. */
const lost = async (eventId: string) =>
  (await rows(/^CONN#/)).filter(
    ({ lostAt, membership, expiredStay }) =>
      lostAt && (membership ?? expiredStay?.membership)?.eventId === eventId,
  );
/** Lets so many seconds pass: what is late is late by the clock. */
const after = (seconds: number) => stack.clock.advance(seconds * 1_000 + 1);

test('nothing is lost also when API Gateway never says that the connection closed', async () => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana', { url: url() });
  await bob.next('userJoined');
  stack.faults.dropDisconnect = 1;
  await ana.cut();
  const said = await sayMany(bob, 3);
  await ana.comeBack();
  await ana.hears('newMessage', { text: said.at(-1) });
  expect(ana.socket.recovered).toBe(true);
  expect(textsOf(ana)).toEqual(said);
  expect(bob.all('userLeft')).toEqual([]);
  await live(eventId, 2);
  expect(await rows(new RegExp(`${eventId}#AUDIENCE`))).toHaveLength(2);
});

test('away for longer than the grace: others hear of the leave, and of the return', async () => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana', { url: url() });
  await bob.next('userJoined');
  await ana.cut();
  await expect.poll(() => lost(eventId)).toHaveLength(1);
  await run('Sweep');
  expect(await count(eventId)).toBe(2);
  after(GRACE_SECONDS);
  await run('Sweep');
  expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'ana' }, participantCount: 1 });
  const said = await sayMany(bob, 3);
  await ana.comeBack();
  await ana.hears('newMessage', { text: said.at(-1) });
  expect(ana.socket.recovered).toBe(true);
  expect(textsOf(ana)).toEqual(said);
  expect(await bob.next('userJoined')).toMatchObject({
    participant: { username: 'ana' },
    participantCount: 2,
  });
  await expect.poll(() => count(eventId)).toBe(2);
});

test('away for too long: told plainly, with the history on joining, and no row is left', async () => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana', { url: url() });
  await bob.next('userJoined');
  await ana.cut();
  await expect.poll(() => lost(eventId)).toHaveLength(1);
  after(RECOVERY_SECONDS);
  await run('Sweep');
  expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'ana' } });
  expect(await lost(eventId)).toEqual([]);
  expect(await rows(new RegExp(`${eventId}#AUDIENCE`))).toHaveLength(1);
  const said = await sayMany(bob, 2);
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(false);
  await ana.ask('joinEvent', { eventId, username: 'ana' });
  const { messages } = await ana.hears<{ messages: Message[] }>('eventHistory');
  expect(messages.map(({ text }) => text)).toEqual(said);
});

test('a connection that never says CONNECT is closed', async () => {
  const client = await PacketClient.connect(`${url()}?EIO=4&transport=websocket`);
  await client.next();
  const [opening] = (await rows(/^CONN#/)).filter(({ group }) => String(group).includes('opening'));
  await run('Sweep');
  expect(client.isOpen).toBe(true);
  await database.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: { pk: opening?.pk, sk: opening?.sk },
      UpdateExpression: 'SET #rank = :past',
      ExpressionAttributeNames: { '#rank': tableKeys.index.sort },
      ExpressionAttributeValues: { ':past': dueRank(stack.clock.now() - 1_000) },
    }),
  );
  await run('Sweep');
  expect(await client.closed()).toBe(1000);
  expect(await rows(new RegExp(`${opening?.pk}`))).toEqual([]);
});

const live = (eventId: string, members: number) =>
  expect
    .poll(async () => (await rows(new RegExp(`${eventId}#AUDIENCE`))).filter(({ state }) => state === 'live'))
    .toHaveLength(members);

/** Lets so many minutes pass, with the heartbeat of each, unless something has come about before. */
async function minutes(number: number, isEnough = async () => false): Promise<void> {
  for (let third = 0; third < 3 * number && !(await isEnough()); third += 1) {
    // At most this far at once: a function at work is timed out after 29 seconds.
    stack.clock.advance(20_000);
    await run('Heartbeat');
  }
}

test('an idle Socket.IO connection outlives the 10 idle minutes of API Gateway, one on JSON does not', async () => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob');
  const closed = new Promise((resolve) => bob.socket.once('close', resolve));
  const ana = await enterSocket(eventId, 'ana', { url: url() });
  await live(eventId, 2);
  await minutes(25);
  expect(await closed).toBe(1001);
  expect(ana.socket.connected).toBe(true);
  expect(ana.entries.map(({ name }) => name)).not.toContain('disconnect');
});

test('heartbeats find who is gone without a word', async () => {
  const eventId = await newEvent();
  const ana = await enterSocket(eventId, 'ana', { url: url() });
  await live(eventId, 1);
  stack.faults.dropDisconnect = 1;
  await ana.cut();
  expect(await lost(eventId)).toEqual([]);
  const isFound = async () => (await lost(eventId)).length > 0;
  await minutes(8, isFound);
  expect(await isFound()).toBe(true);
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(true);
});

test('a client that has little time to recover is pinged every minute, as the handshake says', async () => {
  const packets = await PacketClient.connect(`${url()}?EIO=4&transport=websocket`);
  const first = await packets.next();
  expect(JSON.parse(first.slice(1))).toMatchObject({ pingInterval: 60_000, pingTimeout: 120_000 });
  await packets.close();
  const ana = await enterSocket(await newEvent(), 'ana', { url: url() });
  // Whatever the slot of the connection.
  const pinged = new Promise<void>((resolve) => ana.socket.io.once('ping', resolve));
  await run('Heartbeat');
  await pinged;
});
