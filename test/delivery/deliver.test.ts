import { beforeEach, describe, expect, test } from 'vitest';
import { catchUp, deliverNow } from '../../shared/delivery/deliver.ts';
import { getConnection, putConnection } from '../../shared/store/connections.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { allocateSeq, signalPresence } from '../../shared/store/event-head.ts';
import { join } from '../../shared/store/join.ts';
import { leave } from '../../shared/store/leave.ts';
import { setLive } from '../../shared/store/members.ts';
import { readPrefix } from '../../shared/store/read-log.ts';
import { newRoom, type Room } from './room.ts';

/** Who gets what: the real store and windows, on a management API that does as the test says. */
let room: Room;
let delivery: Room['delivery'];
beforeEach(async () => {
  room = await newRoom();
  delivery = room.delivery;
});

const soon = () => Date.now() + 20_000;

test('catching up ends with what was written for before, however busy the event is', async () => {
  await room.enter('ana');
  await room.say('first');
  let isBusy = true;
  const busy = (async () => {
    while (isBusy) await room.say('more');
  })();
  await catchUp(delivery, 'e', soon());
  isBusy = false;
  await busy;
  expect(room.heard('ana')[0]).toBe('first');
});

test('a hole is closed, and its late writer finds it taken', async () => {
  await room.enter('ana');
  const { seq: dead = 0 } = (await allocateSeq(delivery.table, 'e')) ?? {};
  await room.say('after the hole');
  await catchUp(delivery, 'e', soon());
  expect(room.heard('ana')).toEqual(['after the hole']);
  const [entry] = (await readPrefix(delivery.table, 'e', dead - 1, { entries: 1 })).entries;
  expect(entry).toMatchObject({ seq: dead, kind: 'void' });
});

describe('a member that is not to be served', () => {
  beforeEach(async () => {
    await room.enter('ana');
    await room.enter('bob');
  });

  test('because it is gone, leaves; the others hear all, and that', async () => {
    room.statuses.set('bob', 410);
    await room.say('hello');
    await catchUp(delivery, 'e', soon());
    await catchUp(delivery, 'e', soon());
    expect(room.heard('ana')).toEqual(['hello']);
    expect(room.presence('ana')).toEqual(['userLeft bob']);
    expect(await room.connections()).toEqual(['ana']);
    expect((await getCursor(delivery.table, 'e'))?.participantCount).toBe(1);
  });

  test('because it does not read, is disconnected', async () => {
    room.statuses.set('bob', 429);
    await room.say('hello');
    await catchUp(delivery, 'e', soon());
    expect(room.closed).toEqual(['bob']);
    expect(await room.connections()).toEqual(['ana']);
    expect(room.heard('ana')).toEqual(['hello']);
  });

  test.for([500, 0])(
    'because of errors (%i), keeps its place once, and is disconnected then',
    async (status) => {
      room.statuses.set('bob', status);
      await room.say('hello');
      await deliverNow(delivery, 'e');
      expect((await getCursor(delivery.table, 'e'))?.pending).toMatchObject({ bob: { seq: 0, presence: 2 } });
      expect(room.closed).toEqual([]);
      await room.say('again');
      await room.catchUp();
      expect(room.closed).toEqual(['bob']);
      expect(await room.connections()).toEqual(['ana']);
      expect(room.heard('ana')).toEqual(['hello', 'again']);
    },
  );

  test('and can not be disconnected either, keeps its place and gets everything later', async () => {
    room.statuses.set('bob', 429);
    room.canClose = false;
    await room.say('one');
    await deliverNow(delivery, 'e');
    await room.say('two');
    await deliverNow(delivery, 'e');
    expect(room.heard('ana')).toEqual(['one', 'two']);
    room.statuses.delete('bob');
    await catchUp(delivery, 'e', soon());
    expect(room.heard('bob')).toEqual(['one', 'two']);
    expect(room.heard('ana')).toEqual(['one', 'two']);
    expect((await getCursor(delivery.table, 'e'))?.pending).toEqual({});
  });
});

test('when nobody is to be reached, nobody is disconnected and all is delivered afterwards', async () => {
  for (const name of ['ana', 'bob', 'cleo']) await room.enter(name);
  for (const name of ['ana', 'bob', 'cleo']) room.statuses.set(name, 500);
  await room.say('hello');
  await expect(catchUp(delivery, 'e', Date.now() + 2_000)).rejects.toThrow('served nobody');
  expect(room.closed).toEqual([]);
  room.statuses.clear();
  await catchUp(delivery, 'e', soon());
  for (const name of ['ana', 'bob', 'cleo']) expect(room.heard(name)).toEqual(['hello']);
});

test('a single client that does not read is disconnected, though there is nobody else to serve', async () => {
  await room.enter('ana');
  room.statuses.set('ana', 429);
  await room.say('hello');
  await catchUp(delivery, 'e', soon());
  expect(room.closed).toEqual(['ana']);
});

test('a large audience is left to the stream, and so is everything if so set', async () => {
  for (const name of ['ana', 'bob']) await room.enter(name);
  await room.say('hello');
  for (const directAudienceMax of [0, 1]) {
    await deliverNow({ ...delivery, settings: { ...delivery.settings, directAudienceMax } }, 'e');
    expect(room.heard('ana')).toEqual([]);
  }
  await deliverNow({ ...delivery, settings: { ...delivery.settings, directAudienceMax: 2 } }, 'e');
  expect(room.heard('ana')).toEqual(['hello']);
});

test('who finds the lease taken is served by its holder', async () => {
  await room.enter('ana');
  await room.say('one');
  const { postAll } = delivery.poster;
  delivery.poster.postAll = async (...args) => {
    delivery.poster.postAll = postAll;
    // In the middle of the first window.
    await room.say('two');
    await deliverNow(delivery, 'e');
    return postAll(...args);
  };
  await deliverNow(delivery, 'e');
  expect(room.heard('ana')).toEqual(['one', 'two']);
});

test('in a large audience a joiner is not told of itself either', async () => {
  for (let i = 0; i < 3; i += 1) await room.enter(`old ${i}`);
  const summarizing = { ...delivery, settings: { ...delivery.settings, presenceSummaryAbove: 2 } };
  const { table } = delivery;
  for (const connectionId of ['new 1', 'new 2']) {
    await putConnection(table, { connectionId, wire: 'json', connectedAt: Date.now() });
    const connection = await getConnection(table, connectionId);
    if (!connection) throw new Error('not stored');
    const participant = { id: connectionId, username: connectionId, joinedAt: new Date().toISOString() };
    const joinId = connectionId;
    await join(
      table,
      connection,
      { eventId: 'e', participant, namedAt: 1 },
      { participantToken: 't', joinId },
    );
    await setLive(table, { eventId: 'e', connectionId, joinId, after: { seq: 0, presence: 0 } });
  }
  await signalPresence(table, 'e');
  await catchUp(summarizing, 'e', soon());
  const joined = (connectionId: string) =>
    room.frames
      .get(connectionId)
      ?.flatMap(({ data }) => (data.participants ?? [data.participant]).map(({ id }) => id));
  expect(joined('old 0')).toEqual(['new 1', 'new 2']);
  expect(joined('new 1')).toEqual(['new 2']);
  expect(joined('new 2')).toEqual(['new 1']);
});

test('many messages wait for one frame', async () => {
  await room.enter('ana');
  let posts = 0;
  const { postAll } = delivery.poster;
  delivery.poster.postAll = (...args) => {
    posts += 1;
    return postAll(...args);
  };
  for (let i = 0; i < 30; i += 1) await room.say(`m${i}`);
  await catchUp(delivery, 'e', soon());
  expect(room.heard('ana')).toHaveLength(30);
  expect(posts).toBe(1);
});

test('whoever leaves while a window lists the members does not hear of itself', async () => {
  await room.enter('ana');
  await room.enter('bob');
  const { table } = delivery;
  const bob = await getConnection(table, 'bob');
  const send = table.client.send.bind(table.client) as (command: unknown) => Promise<unknown>;
  // Right after the members were listed, before the outbox is read.
  const leaving = Object.assign(Object.create(table.client), {
    async send(command: unknown) {
      const result = await send(command);
      const isListing = JSON.stringify(command).includes('EVENT#e#AUDIENCE');
      if (isListing && bob?.membership && (await leave(table, 'bob', bob.membership, 'stays')))
        await signalPresence(table, 'e');
      return result;
    },
  });
  await room.say('hello');
  await catchUp({ ...delivery, table: { ...table, client: leaving } }, 'e', soon());
  await catchUp(delivery, 'e', soon());
  expect(room.presence('ana')).toEqual(['userLeft bob']);
  expect(room.presence('bob')).toEqual([]);
});

test('a member that met an error in the middle goes on there, in the next window', async () => {
  await room.enter('ana');
  await room.enter('bob');
  const long = 'x'.repeat(2_000);
  const texts = Array.from({ length: 40 }, (_, i) => `${i} ${long}`);
  for (const text of texts) await room.say(text);
  const { frames, statuses } = room;
  // Bob has had the first of several frames.
  const { set } = frames;
  frames.set = (connectionId, got) => {
    if (connectionId === 'bob') statuses.set('bob', 500);
    return set.call(frames, connectionId, got);
  };
  await deliverNow(delivery, 'e');
  const had = room.heard('bob').length;
  expect(had).toBeGreaterThan(0);
  expect(had).toBeLessThan(texts.length);
  expect((await getCursor(delivery.table, 'e'))?.pending).toMatchObject({ bob: { seq: had, presence: 2 } });
  frames.set = set;
  statuses.clear();
  await room.catchUp();
  expect(room.heard('bob')).toEqual(texts);
  expect(room.heard('ana')).toEqual(texts);
});

test('in a quiet event the log is not read: the sender knows what there is to deliver', async () => {
  await room.enter('ana');
  const { table } = delivery;
  const asked: string[] = [];
  const send = table.client.send.bind(table.client) as (command: unknown) => Promise<unknown>;
  const client = Object.assign(Object.create(table.client), {
    send(command: { input: object }) {
      asked.push(`${command.constructor.name} ${JSON.stringify(command.input)}`);
      return send(command);
    },
  });
  const first = await room.say('one');
  await deliverNow({ ...delivery, table: { ...table, client } }, 'e', { written: first });
  expect(asked.filter((one) => one.startsWith('QueryCommand') && !/AUDIENCE|VIEWERS/.test(one))).toEqual([]);
  // What somebody else has said is not in `written`.
  await room.say('two');
  const third = await room.say('three');
  await deliverNow(delivery, 'e', { written: third });
  expect(room.heard('ana')).toEqual(['one', 'two', 'three']);
});
