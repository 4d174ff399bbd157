import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { composer } from '../../shared/delivery/content/compose.ts';
import { catchUp, deliverNow } from '../../shared/delivery/deliver.ts';
import type { Batch } from '../../shared/delivery/posting/poster.ts';
import { getCursor, updateCursor } from '../../shared/store/cursor.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import { newRoom, type Room } from './room.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const viewers = async ({ delivery }: Room) => (await getCursor(delivery.table, 'e'))?.viewers;
/** A window, if there is anything to do, without waiting for anybody's turn. */
const window = ({ delivery }: Room) => deliverNow(delivery, 'e');

/** The turn of those who watch has come, whatever the clock says. */
async function turn({ delivery }: Room): Promise<void> {
  await updateCursor(delivery.table, 'e', {
    UpdateExpression: 'SET viewers.nextAt = :now',
    ExpressionAttributeValues: { ':now': 0 },
  });
}

/** A room whose viewers have had the first message, and whose next windows pass them by. */
async function pacedRoom(): Promise<Room> {
  const room = await newRoom({ viewerPaceSeconds: 30 });
  await room.enter('ana');
  for (const name of ['vic', 'vera']) await room.watch(name);
  await room.say('one');
  await window(room);
  return room;
}

test('those who watch get what everybody gets, in the same version', async () => {
  const room = await newRoom();
  for (const name of ['ana', 'bob']) await room.enter(name);
  for (const name of ['vic', 'vera']) await room.watch(name);
  await room.say('one');
  await window(room);
  const posted: (readonly Batch[])[] = [];
  const { postAll } = room.delivery.poster;
  room.delivery.poster.postAll = (batches, stopAt) => {
    posted.push(batches);
    return postAll(batches, stopAt);
  };
  await room.say('two');
  await window(room);
  expect(posted).toHaveLength(1);
  expect(posted[0]?.map(({ connectionIds }) => [...connectionIds].sort())).toEqual([
    ['ana', 'bob', 'vera', 'vic'],
  ]);
  const cursor = await getCursor(room.delivery.table, 'e');
  expect(cursor).toMatchObject({ audience: 4, participantCount: 2, viewers: { count: 2, delivered: 2 } });
});

test('a window passes those by whose turn has not come: it does not even read who they are', async () => {
  const room = await pacedRoom();
  expect([room.heard('ana'), room.heard('vic')]).toEqual([['one'], ['one']]);
  const { table } = room.delivery;
  const queries: unknown[] = [];
  const send = table.client.send.bind(table.client) as (command: unknown) => Promise<unknown>;
  const client = Object.assign(Object.create(table.client), {
    send(command: unknown) {
      if (command instanceof QueryCommand) queries.push(command.input.ExpressionAttributeValues?.[':pk']);
      return send(command);
    },
  });
  await room.say('two');
  await deliverNow({ ...room.delivery, table: { ...table, client } }, 'e');
  expect(queries).toContain('EVENT#e#AUDIENCE');
  expect(queries).not.toContain('EVENT#e#VIEWERS');
  await room.enter('bob');
  await room.say('three');
  await window(room);
  expect([room.heard('ana'), room.heard('vic')]).toEqual([['three'], []]);
  // Their number counts: it sets the pace.
  expect(await getCursor(table, 'e')).toMatchObject({ audience: 4, viewers: { count: 2, delivered: 1 } });
  await turn(room);
  await room.say('four');
  await window(room);
  for (const name of ['vic', 'vera']) {
    expect(room.heard(name)).toEqual(['two', 'three', 'four']);
    expect(room.presence(name)).toEqual(['userJoined bob']);
  }
  expect(room.heard('ana')).toEqual(['three', 'four']);
});

test('the room is quiet: those who watch still get the rest when their turn comes', async () => {
  const room = await newRoom({ viewerPaceSeconds: 0.6 });
  await room.enter('ana');
  await room.watch('vic');
  await room.say('one');
  await window(room);
  await room.say('two');
  await window(room);
  await room.catchUp();
  expect(room.heard('vic')).toEqual(['one', 'two']);
});

test('the stream does not wait long for their turn: it is woken again, unless something else has done that', async () => {
  const room = await pacedRoom();
  const { table } = room.delivery;
  await room.say('two');
  await room.catchUp();
  expect(await getEventHead(table, 'e')).toMatchObject({ wakes: 1 });
  expect([room.heard('ana'), room.heard('vic')]).toEqual([['one', 'two'], ['one']]);
  const waiting = room.catchUp();
  await room.say('three');
  await waiting;
  expect(await getEventHead(table, 'e')).toMatchObject({ wakes: 1 });
  await turn(room);
  await room.catchUp();
  expect(room.heard('vic')).toEqual(['one', 'two', 'three']);
});

test('a viewer that is held while windows go on misses nothing, and hears nothing twice', async () => {
  const room = await pacedRoom();
  await room.hold('late');
  await turn(room);
  await room.say('two');
  await window(room);
  expect((await viewers(room))?.pending).toEqual({ late: { seq: 1, presence: 1 } });
  await room.say('three');
  await window(room);
  // Its history reached to there.
  await room.letWatch('late', { seq: 2, presence: 1 });
  await room.say('four');
  await window(room);
  expect(room.heard('late')).toEqual([]);
  await turn(room);
  await window(room);
  expect(room.heard('late')).toEqual(['three', 'four']);
  expect(room.heard('vic')).toEqual(['one', 'two', 'three', 'four']);
  expect(await viewers(room)).toMatchObject({ pending: {}, count: 3, delivered: 4 });
});

test('a viewer that could not be served keeps its place, also past windows that pass it by', async () => {
  const room = await pacedRoom();
  await turn(room);
  room.statuses.set('vic', 500);
  await room.say('two');
  await window(room);
  const place = { seq: 1, presence: 1, failingSince: expect.any(Number) };
  expect((await viewers(room))?.pending).toEqual({ vic: place });
  room.statuses.clear();
  await room.say('three');
  await window(room);
  expect((await viewers(room))?.pending).toEqual({ vic: place });
  await turn(room);
  await window(room);
  expect([room.heard('vic'), room.heard('vera')]).toEqual([
    ['one', 'two', 'three'],
    ['one', 'two', 'three'],
  ]);
  expect((await viewers(room))?.pending).toEqual({});
});

test('a viewer that is gone is removed, and nobody hears of it', async () => {
  const room = await newRoom();
  await room.enter('ana');
  for (const name of ['vic', 'vera']) await room.watch(name);
  room.statuses.set('vic', 410);
  await room.say('one');
  await room.catchUp();
  expect(await viewers(room)).toMatchObject({ count: 1 });
  expect(room.presence('ana')).toEqual([]);
});

test('whoever begins to watch while a window records who came hears of it: in the history, or afterwards', async () => {
  const room = await newRoom();
  await room.enter('ana');
  const { table } = room.delivery;
  const send = table.client.send.bind(table.client) as (command: unknown) => Promise<unknown>;
  let isRecording = false;
  const client = Object.assign(Object.create(table.client), {
    async send(command: unknown) {
      const isRecord = command instanceof PutCommand && `${command.input.Item?.sk}`.startsWith('PRESENCE#');
      if (isRecord && !isRecording) {
        isRecording = true;
        // Its roster is from before the record.
        await room.hold('vic');
      }
      return send(command);
    },
  });
  const { delivery } = room;
  const before = delivery.table;
  delivery.table = { ...table, client };
  await room.enter('bob');
  delivery.table = before;
  expect(isRecording).toBe(true);
  await room.letWatch('vic', { seq: 0, presence: 1 });
  await room.say('one');
  await window(room);
  expect([...room.presence('vic'), ...room.heard('vic')]).toEqual(['userJoined bob', 'one']);
  expect(await viewers(room)).toMatchObject({ presence: 2 });
});

test('somebody far behind is not in the way of those who watch', () => {
  const said = (seq: number) => ({
    ...{ seq, event: 'newMessage' as const },
    data: {
      id: `${seq}`,
      eventId: 'e',
      seq,
      participant: { id: 'p', username: 'p' },
      text: 'a',
      sentAt: 'now',
    },
  });
  const { endFrom, versionFor } = composer({
    ...{ eventId: 'e', log: [1, 2, 8, 9, 10].map(said), history: [], viewerCount: 1 },
    end: { seq: 10, presence: 0 },
    delivered: 9,
    // What is between was too much to be read.
    spans: [
      { after: 0, upTo: 2 },
      { after: 7, upTo: 9 },
    ],
  });
  const ends = [0, 2, 5, 7, 9].map((seq) => endFrom({ seq, presence: 0 })?.seq);
  expect(ends).toEqual([2, undefined, undefined, 10, 10]);
  const listener = { connectionId: 'vic', wire: 'json' as const, participant: { id: '' } };
  const [frame] = versionFor(listener, { seq: 7, presence: 0 })?.frames ?? [];
  expect(JSON.parse(`${frame}`).map((event: { data: { seq: number } }) => event.data.seq)).toEqual([
    8, 9, 10,
  ]);
});

/** Runs windows whose Lambda dies before its write number `writes`. False: it has made fewer. */
async function diesBefore(room: Room, writes: number): Promise<boolean> {
  const { table } = room.delivery;
  const send = table.client.send.bind(table.client) as (command: unknown) => Promise<unknown>;
  let [left, isDead] = [writes, false];
  const client = Object.assign(Object.create(table.client), {
    async send(command: object) {
      if (!/Query|Get/.test(command.constructor.name)) left -= 1;
      isDead ||= left === 0;
      if (isDead) throw new Error('It died');
      return send(command);
    },
  });
  await deliverNow({ ...room.delivery, table: { ...table, client } }, 'e');
  return isDead;
}

/** Lets the leases of the dead run out. */
function leap(): void {
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 6_000);
}

test.for(['passed by', 'in their turn'])(
  'a window dies at any write, viewers %s: nothing is lost',
  async (how) => {
    let isDead = true;
    for (let writes = 1; isDead; writes += 1) {
      expect(writes).toBeLessThan(20);
      const room = await pacedRoom();
      await room.say('two');
      await window(room);
      if (how === 'in their turn') await turn(room);
      await room.watch('late');
      await room.say('three');
      isDead = await diesBefore(room, writes);
      leap();
      await turn(room);
      await catchUp(room.delivery, 'e', Date.now() + 20_000);
      vi.restoreAllMocks();
      for (const name of ['ana', 'vic', 'vera']) {
        const heard = room.heard(name);
        expect([...new Set(heard)], `${name}, dead before write ${writes}`).toEqual(['one', 'two', 'three']);
      }
      expect(await viewers(room)).toMatchObject({ pending: {}, count: 3, delivered: 3 });
    }
  },
);
