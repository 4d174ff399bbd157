import { beforeEach, describe, expect, test } from 'vitest';
import { chatSettings } from '../../shared/config.ts';
import { catchUp, deliverNow } from '../../shared/delivery/deliver.ts';
import type { Delivery } from '../../shared/delivery/delivery.ts';
import { newPoster } from '../../shared/delivery/poster.ts';
import { newId } from '../../shared/ids.ts';
import { ringForEntry, ringForPresence } from '../../shared/store/bell.ts';
import { getConnection, putConnection } from '../../shared/store/connections.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { createEvent } from '../../shared/store/events.ts';
import { putEntry, readPrefix } from '../../shared/store/log.ts';
import { goLive, listMembers } from '../../shared/store/members.ts';
import { join, leave } from '../../shared/store/memberships.ts';
import { newTable } from '../support/database.ts';

/** Who gets what: the real store and windows, on a management API that does as the test says. */
let delivery: Delivery;
let frames: Map<string, unknown[]>;
/** Statuses of posts to some connections; 0: no answer. */
let statuses: Map<string, number>;
/** Of everything but posts. */
let closable: boolean;
let closed: string[];

beforeEach(async () => {
  frames = new Map();
  statuses = new Map();
  closable = true;
  closed = [];
  delivery = {
    table: await newTable(),
    settings: chatSettings.parse({}),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    metrics: { count: () => {} },
    poster: newPoster(
      {
        async post(connectionId, { body }) {
          const status = statuses.get(connectionId) ?? 200;
          const got = frames.get(connectionId) ?? [];
          if (status === 200) frames.set(connectionId, [...got, ...[JSON.parse(body.toString())].flat()]);
          return status;
        },
        get: async () => 200,
        async delete(connectionId) {
          if (closable) closed.push(connectionId);
          return closable ? 204 : 500;
        },
      },
      { patienceMs: 300 },
    ),
  };
  await createEvent(delivery.table, 'e', { name: 'E' }, Date.now());
});

const soon = () => Date.now() + 20_000;
const later = () => Date.now() + 60_000;

/** A live member that has had nothing; its arrival is announced already. */
async function enter(connectionId: string): Promise<void> {
  const { table } = delivery;
  await putConnection(table, { connectionId, wire: 'json', connectedAt: Date.now() });
  const connection = await getConnection(table, connectionId);
  if (!connection) throw new Error('not stored');
  const participant = { id: `p-${connectionId}`, username: connectionId, joinedAt: new Date().toISOString() };
  const membership = { eventId: 'e', participant, namedAt: Date.now() };
  await join(table, connection, membership, { participantToken: 't', joinId: connectionId });
  await ringForPresence(table, 'e');
  await goLive(table, { eventId: 'e', connectionId, joinId: connectionId, after: 0 });
  await catchUp(delivery, 'e', soon());
  frames.clear();
}

async function say(text: string): Promise<number> {
  const { seq = 0 } = (await ringForEntry(delivery.table, 'e')) ?? {};
  const participant = { id: 'p', username: 'someone' };
  const message = { id: newId(), eventId: 'e', seq, participant, text, sentAt: 'now' };
  await putEntry(delivery.table, 'e', { seq, kind: 'message', message }, later());
  return seq;
}

const heard = (connectionId: string) =>
  (frames.get(connectionId) as { event: string; data: { text: string } }[] | undefined)
    ?.filter(({ event }) => event === 'newMessage')
    .map(({ data }) => data.text) ?? [];
const news = (connectionId: string) =>
  (frames.get(connectionId) as { event: string; data: { participant: { username: string } } }[] | undefined)
    ?.filter(({ event }) => event !== 'newMessage')
    .map(({ event, data }) => `${event} ${data.participant.username}`) ?? [];
const connections = async () => {
  const ids: string[] = [];
  for await (const page of listMembers(delivery.table, 'e')) ids.push(...page.map((m) => m.connectionId));
  return ids.sort();
};

test('catching up ends with what was rung for before, however busy the event is', async () => {
  await enter('ana');
  await say('first');
  let isBusy = true;
  const busy = (async () => {
    while (isBusy) await say('more');
  })();
  await catchUp(delivery, 'e', soon());
  isBusy = false;
  await busy;
  expect(heard('ana')[0]).toBe('first');
});

test('a hole is closed, and its late writer finds it taken', async () => {
  await enter('ana');
  const { seq: dead = 0 } = (await ringForEntry(delivery.table, 'e')) ?? {};
  await say('after the hole');
  await catchUp(delivery, 'e', soon());
  expect(heard('ana')).toEqual(['after the hole']);
  const [entry] = await readPrefix(delivery.table, 'e', dead - 1, 1);
  expect(entry).toMatchObject({ seq: dead, kind: 'void' });
});

describe('a member that is not to be served', () => {
  beforeEach(async () => {
    await enter('ana');
    await enter('bob');
  });

  test('because it is gone, leaves; the others hear all, and that', async () => {
    statuses.set('bob', 410);
    await say('hello');
    await catchUp(delivery, 'e', soon());
    await catchUp(delivery, 'e', soon());
    expect(heard('ana')).toEqual(['hello']);
    expect(news('ana')).toEqual(['userLeft bob']);
    expect(await connections()).toEqual(['ana']);
    expect((await getCursor(delivery.table, 'e'))?.participantCount).toBe(1);
  });

  test('because it does not read, is disconnected', async () => {
    statuses.set('bob', 429);
    await say('hello');
    await catchUp(delivery, 'e', soon());
    expect(closed).toEqual(['bob']);
    expect(await connections()).toEqual(['ana']);
    expect(heard('ana')).toEqual(['hello']);
  });

  test.for([500, 0])(
    'because of errors (%i), keeps its place once, and is disconnected then',
    async (status) => {
      statuses.set('bob', status);
      await say('hello');
      await deliverNow(delivery, 'e');
      expect((await getCursor(delivery.table, 'e'))?.pending).toEqual({ bob: 0 });
      expect(closed).toEqual([]);
      await catchUp(delivery, 'e', soon());
      expect(closed).toEqual(['bob']);
      expect(await connections()).toEqual(['ana']);
      expect(heard('ana')).toEqual(['hello']);
    },
  );

  test('and can not be disconnected either, keeps its place and gets everything later', async () => {
    statuses.set('bob', 429);
    closable = false;
    await say('one');
    await deliverNow(delivery, 'e');
    await say('two');
    await deliverNow(delivery, 'e');
    expect(heard('ana')).toEqual(['one', 'two']);
    statuses.delete('bob');
    await catchUp(delivery, 'e', soon());
    expect(heard('bob')).toEqual(['one', 'two']);
    expect(heard('ana')).toEqual(['one', 'two']);
    expect((await getCursor(delivery.table, 'e'))?.pending).toEqual({});
  });
});

test('when nobody is to be reached, nobody is disconnected and all is delivered afterwards', async () => {
  for (const name of ['ana', 'bob', 'cleo']) await enter(name);
  for (const name of ['ana', 'bob', 'cleo']) statuses.set(name, 500);
  await say('hello');
  await expect(catchUp(delivery, 'e', Date.now() + 2_000)).rejects.toThrow('serves nobody');
  expect(closed).toEqual([]);
  statuses.clear();
  await catchUp(delivery, 'e', soon());
  for (const name of ['ana', 'bob', 'cleo']) expect(heard(name)).toEqual(['hello']);
});

test('a single client that does not read is disconnected, though there is nobody else to serve', async () => {
  await enter('ana');
  statuses.set('ana', 429);
  await say('hello');
  await catchUp(delivery, 'e', soon());
  expect(closed).toEqual(['ana']);
});

test('a large audience is left to the stream, and so is everything if so set', async () => {
  for (const name of ['ana', 'bob']) await enter(name);
  await say('hello');
  for (const directAudienceMax of [0, 1]) {
    await deliverNow({ ...delivery, settings: { ...delivery.settings, directAudienceMax } }, 'e');
    expect(heard('ana')).toEqual([]);
  }
  await deliverNow({ ...delivery, settings: { ...delivery.settings, directAudienceMax: 2 } }, 'e');
  expect(heard('ana')).toEqual(['hello']);
});

test('who finds the lease taken is served by its holder', async () => {
  await enter('ana');
  await say('one');
  const { postAll } = delivery.poster;
  delivery.poster.postAll = async (...args) => {
    delivery.poster.postAll = postAll;
    // In the middle of the first window.
    await say('two');
    await deliverNow(delivery, 'e');
    return postAll(...args);
  };
  await deliverNow(delivery, 'e');
  expect(heard('ana')).toEqual(['one', 'two']);
});

test('in a large audience a joiner is not told of itself either', async () => {
  for (let i = 0; i < 3; i += 1) await enter(`old ${i}`);
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
    await goLive(table, { eventId: 'e', connectionId, joinId, after: 0 });
  }
  await ringForPresence(table, 'e');
  await catchUp(summarizing, 'e', soon());
  const joined = (connectionId: string) =>
    (
      frames.get(connectionId) as {
        data: { participants?: { id: string }[]; participant?: { id: string } };
      }[]
    ).flatMap(({ data }) => (data.participants ?? [data.participant]).map((person) => person?.id));
  expect(joined('old 0')).toEqual(['new 1', 'new 2']);
  expect(joined('new 1')).toEqual(['new 2']);
  expect(joined('new 2')).toEqual(['new 1']);
});

test('many messages wait for one frame', async () => {
  await enter('ana');
  let posts = 0;
  const { postAll } = delivery.poster;
  delivery.poster.postAll = (...args) => {
    posts += 1;
    return postAll(...args);
  };
  for (let i = 0; i < 30; i += 1) await say(`m${i}`);
  await catchUp(delivery, 'e', soon());
  expect(heard('ana')).toHaveLength(30);
  expect(posts).toBe(1);
});

test('whoever leaves while a window lists the members does not hear of itself', async () => {
  await enter('ana');
  await enter('bob');
  const { table } = delivery;
  const bob = await getConnection(table, 'bob');
  const send = table.client.send.bind(table.client) as (command: unknown) => Promise<unknown>;
  // Right after the members were listed, before the notes are read.
  const leaving = Object.assign(Object.create(table.client), {
    async send(command: unknown) {
      const result = await send(command);
      const isListing = JSON.stringify(command).includes('EVENT#e#AUDIENCE');
      if (isListing && bob?.membership && (await leave(table, 'bob', bob.membership, 'stays')))
        await ringForPresence(table, 'e');
      return result;
    },
  });
  await say('hello');
  await catchUp({ ...delivery, table: { ...table, client: leaving } }, 'e', soon());
  await catchUp(delivery, 'e', soon());
  expect(news('ana')).toEqual(['userLeft bob']);
  expect(news('bob')).toEqual([]);
});
