import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { sleep } from '../../shared/concurrency.ts';
import { catchUp, deliverNow } from '../../shared/delivery/deliver.ts';
import { newPoster } from '../../shared/delivery/posting/poster.ts';
import { getConnection, putConnection } from '../../shared/store/connections.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { signalPresence } from '../../shared/store/event-head.ts';
import { join } from '../../shared/store/join.ts';
import { setLive } from '../../shared/store/members.ts';
import { readPresenceHistory } from '../../shared/store/presence-history.ts';
import type { Table } from '../../shared/store/table.ts';
import { timing } from '../../shared/timing.ts';
import { newRoom, type Room } from './room.ts';

/** Trouble that is not the members’: nobody is dropped for it, nobody waits for it, nobody hears anything twice. */
let room: Room;
beforeEach(async () => {
  room = await newRoom();
  for (const name of ['ana', 'bob', 'cleo']) await room.enter(name);
});

/** Until the end of the test some things take less time than they do, milliseconds. */
function hurry(shorter: { [Name in keyof typeof timing]?: number }): void {
  const usual = { ...timing };
  onTestFinished(() => void Object.assign(timing, usual));
  Object.assign(timing, shorter);
}

const soon = () => Date.now() + 20_000;
const pending = async () => (await getCursor(room.delivery.table, 'e'))?.pending;
const posts = (connectionId: string) => room.posts.filter((one) => one === connectionId).length;
const everybodyHeard = () => ['ana', 'bob', 'cleo'].map((name) => room.heard(name));

/** A member that is held. */
async function hold(connectionId: string, wire: 'json' | 'socketio' = 'json'): Promise<void> {
  const { table } = room.delivery;
  await putConnection(table, { connectionId, wire, connectedAt: Date.now() });
  const connection = await getConnection(table, connectionId);
  if (!connection) throw new Error('not stored');
  const participant = { id: connectionId, username: connectionId, joinedAt: new Date().toISOString() };
  const membership = { eventId: 'e', participant, namedAt: Date.now() };
  await join(table, connection, membership, { participantToken: 't', joinId: connectionId });
  await signalPresence(table, 'e');
}
const becomeLive = (connectionId: string) =>
  setLive(room.delivery.table, {
    eventId: 'e',
    connectionId,
    joinId: connectionId,
    after: { seq: 0, presence: 0 },
  });

/** The table, whose requests about the audience take so long. */
function withSlowListing({ name, client }: Table, ms: number): Table {
  const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
  const slow = {
    async send(command: unknown) {
      if (JSON.stringify(command).includes('EVENT#e#AUDIENCE')) await sleep(ms);
      return send(command);
    },
  };
  return { name, client: Object.assign(Object.create(client), slow) };
}

test('a joiner that a window skipped while it was held keeps its place when a post fails', async () => {
  await hold('dora');
  await room.say('one');
  await room.catchUp();
  expect(await pending()).toMatchObject({ dora: { seq: 0, presence: 3 } });
  await becomeLive('dora');
  room.statuses.set('dora', 500);
  await room.say('two');
  await deliverNow(room.delivery, 'e');
  expect(await pending()).toMatchObject({ dora: { seq: 0, presence: 3 } });
  expect(room.closed).toEqual([]);
});

test('whom a window had no time for is served by the next one', async () => {
  hurry({ directMs: 500 });
  await hold('dora');
  await room.say('one');
  await room.catchUp();
  await becomeLive('dora');
  await signalPresence(room.delivery.table, 'e');
  const table = withSlowListing(room.delivery.table, 600);
  await deliverNow({ ...room.delivery, table }, 'e');
  expect(room.closed).toEqual([]);
  await room.catchUp();
  expect(room.heard('dora')).toEqual(['one']);
});

test('who was held when a long window began and went live meanwhile is not taken for stuck', async () => {
  hurry({ heldTooLongMs: 2_000 });
  await hold('dora');
  await room.say('one');
  const { postAll } = room.delivery.poster;
  room.delivery.poster.postAll = async (...args) => {
    room.delivery.poster.postAll = postAll;
    await becomeLive('dora');
    await sleep(2_500);
    return postAll(...args);
  };
  await catchUp(room.delivery, 'e', Date.now() + 60_000);
  expect(await room.connections()).toContain('dora');
  expect(room.closed).toEqual([]);
});

test('a throttled account drops nobody, however many windows it lasts', async () => {
  hurry({ directMs: 1_000 });
  const deleted: string[] = [];
  const real = room.delivery.poster;
  room.delivery.poster = newPoster(
    {
      post: async (connectionId) => (connectionId === 'ana' ? 200 : 429),
      get: async () => 429,
      async delete(connectionId) {
        deleted.push(connectionId);
        return 204;
      },
    },
    { patienceMs: 300 },
  );
  for (const text of ['one', 'two']) {
    await room.say(text);
    await deliverNow(room.delivery, 'e');
  }
  expect(deleted).toEqual([]);
  room.delivery.poster = real;
  await room.catchUp();
  expect(room.heard('bob')).toEqual(['one', 'two']);
});

test('the management API goes down in the middle of a window: nobody is dropped', async () => {
  for (const name of ['bob', 'cleo']) room.statuses.set(name, 500);
  await room.say('one');
  await deliverNow(room.delivery, 'e');
  room.statuses.set('ana', 500);
  await catchUp(room.delivery, 'e', Date.now() + 3_000).catch(() => {});
  expect(room.closed).toEqual([]);
  room.statuses.clear();
  await room.catchUp();
  expect(everybodyHeard()).toEqual(Array(3).fill(['one']));
});

test('one sick connection that is a chunk of its own does not keep the window going', async () => {
  room.delivery.settings = { ...room.delivery.settings, chunkConnections: 2 };
  room.delivery.postElsewhere = (batches, stopAt) => room.delivery.poster.postAll(batches, () => stopAt);
  room.statuses.set('cleo', 500);
  room.posts.length = 0;
  await room.say('one');
  await deliverNow(room.delivery, 'e');
  expect(await pending()).toEqual({ cleo: { seq: 0, presence: 3, failingSince: expect.any(Number) } });
  expect(posts('cleo')).toBeLessThan(15);
});

test('what the quota does not suffice for is posted later, and nothing twice', async () => {
  room.delivery.settings = { ...room.delivery.settings, chunkConnections: 1 };
  const scarce = { ...room.delivery, settings: { ...room.delivery.settings, framesPerSecond: 1 } };
  await room.say('hello');
  // Somebody may have had it by then, or nobody.
  await catchUp(scarce, 'e', Date.now() + 1_500).catch(() => {});
  await room.catchUp();
  expect(everybodyHeard()).toEqual(Array(3).fill(['hello']));
});

test('nothing is posted for a window once its lease is over, also in the middle of its frames', async () => {
  const begun: number[] = [];
  const poster = newPoster({
    async post() {
      begun.push(Date.now());
      await sleep(100);
      return 200;
    },
    get: async () => 200,
    delete: async () => 204,
  });
  const stopAt = Date.now() + 250;
  const frames = Array.from({ length: 20 }, (_, i) => `${i}`);
  const served = await poster.postAll([{ frames, connectionIds: ['a'] }], () => stopAt);
  expect(served.throttled).toEqual([{ connectionId: 'a', had: begun.length }]);
  expect(begun.length).toBeLessThan(20);
});

test('a long replay goes on while its frames are taken', async () => {
  const api = {
    async post() {
      await sleep(20);
      return 200;
    },
    get: async () => 200,
    delete: async () => 204,
  };
  const frames = Array.from({ length: 50 }, (_, i) => `${i}`);
  expect(await newPoster(api, { patienceMs: 300 }).post('a', frames)).toBe('delivered');
});

test('presence that could not be told is recorded once', async () => {
  await hold('dora', 'socketio');
  for (const name of ['ana', 'bob', 'cleo']) room.statuses.set(name, 500);
  for (let i = 0; i < 3; i += 1) await catchUp(room.delivery, 'e', soon()).catch(() => {});
  room.statuses.clear();
  await room.catchUp();
  const history = await readPresenceHistory(room.delivery.table, 'e', 3);
  expect(history.map(({ changes }) => changes.joined.map(({ username }) => username))).toEqual([['dora']]);
});
