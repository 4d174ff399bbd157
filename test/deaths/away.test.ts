import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import { dueRank, tableKeys } from '../../shared/store/keys.ts';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { sayMany, textsOf } from '../support/sockets.ts';
import {
  countOf,
  enter as enterOn,
  enterSocket as enterSocketOn,
  newEvent as newEventOn,
} from '../support/stage.ts';

/** Connections are lost, and nobody says so or comes back in time, by a clock that tests move. */
const GRACE_SECONDS = 3;
/** More than a slow machine takes for what is to happen in time. */
const RECOVERY_SECONDS = 120;

let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start({
    presenceGraceSeconds: GRACE_SECONDS,
    recoverySeconds: RECOVERY_SECONDS,
  });
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

const newEvent = () => newEventOn(chat);
const enter = (eventId: string, username: string) => enterOn(chat, eventId, username);
const enterSocket = (eventId: string, username: string) => enterSocketOn(chat, eventId, username);
/** Rows of the table whose keys match. */
const rows = async (pattern: RegExp) =>
  (await chat.items()).filter((item) => pattern.test(`${item.pk} ${item.sk}`));
/** Connections that are lost, and were in the event. */
const lost = async (eventId: string) =>
  (await rows(/^CONN#/)).filter(
    ({ lostAt, membership, expiredStay }) =>
      lostAt && (membership ?? Object(expiredStay).membership)?.eventId === eventId,
  );
/** An event with bob, and with ana, whose connection is lost. */
async function anaIsLost() {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana');
  await bob.next('userJoined');
  await ana.cut();
  await chat.eventually(async () => expect(await lost(eventId)).toHaveLength(1));
  return { eventId, bob, ana };
}
/** Lets so many seconds pass: what is late is late by the clock. */
const after = (seconds: number) => chat.pass(seconds * 1_000 + 1);

test('nothing is lost also when API Gateway never says that the connection closed', async () => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana');
  await bob.next('userJoined');
  chat.loseDisconnects(1);
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
  const { eventId, bob, ana } = await anaIsLost();
  await chat.sweep();
  expect(await countOf(chat, eventId)).toBe(2);
  await after(GRACE_SECONDS);
  await chat.sweep();
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
  await chat.eventually(async () => expect(await countOf(chat, eventId)).toBe(2));
});

test('away for too long: told plainly, with the history on joining, and no row is left', async () => {
  const { eventId, bob, ana } = await anaIsLost();
  await after(RECOVERY_SECONDS);
  await chat.sweep();
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
  const client = await chat.connectPackets();
  await client.next();
  const [opening] = (await rows(/^CONN#/)).filter(({ group }) => String(group).includes('opening'));
  await chat.sweep();
  expect(client.isOpen).toBe(true);
  await chat.write('UpdateItem', {
    Key: { pk: opening?.pk, sk: opening?.sk },
    UpdateExpression: 'SET #rank = :past',
    ExpressionAttributeNames: { '#rank': tableKeys.index.sort },
    ExpressionAttributeValues: { ':past': dueRank(Math.floor(chat.now) - 1_000) },
  });
  await chat.sweep();
  expect(await client.closed()).toBe(1000);
  expect(await rows(new RegExp(`${opening?.pk}`))).toEqual([]);
});

const live = (eventId: string, members: number) =>
  chat.eventually(async () => {
    const audience = await rows(new RegExp(`${eventId}#AUDIENCE`));
    expect(audience.filter(({ state }) => state === 'live')).toHaveLength(members);
  });

/** Lets so many minutes pass, with the heartbeat of each, unless something has come about before. */
async function minutes(number: number, isEnough = async () => false): Promise<void> {
  for (let third = 0; third < 3 * number && !(await isEnough()); third += 1) {
    await chat.pass(20_000);
    await chat.runSchedule('schedule/heartbeat');
  }
}

test('an idle Socket.IO connection outlives the 10 idle minutes of API Gateway, one on JSON does not', async () => {
  const eventId = await newEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana');
  await live(eventId, 2);
  await minutes(25);
  expect(bob.socket.readyState).toBe(bob.socket.CLOSED);
  expect(ana.socket.connected).toBe(true);
  expect(ana.entries.map(({ name }) => name)).not.toContain('disconnect');
});

test('heartbeats find who is gone without a word', async () => {
  const eventId = await newEvent();
  const ana = await enterSocket(eventId, 'ana');
  await live(eventId, 1);
  chat.loseDisconnects(1);
  await ana.cut();
  expect(await lost(eventId)).toEqual([]);
  const isFound = async () => (await lost(eventId)).length > 0;
  await minutes(8, isFound);
  expect(await isFound()).toBe(true);
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(true);
});

test('a client that has little time to recover is pinged every minute, as the handshake says', async () => {
  const packets = await chat.connectPackets();
  const first = await packets.next();
  expect(JSON.parse(first.slice(1))).toMatchObject({ pingInterval: 60_000, pingTimeout: 120_000 });
  await packets.close();
  const ana = await enterSocket(await newEvent(), 'ana');
  // Whatever the slot of the connection.
  let pings = 0;
  ana.socket.io.on('ping', () => {
    pings += 1;
  });
  await chat.runSchedule('schedule/heartbeat');
  await chat.until('the ping', () => pings === 1);
});
