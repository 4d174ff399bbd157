import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import type { PostElsewhere } from '../../shared/delivery/types.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { memberKey } from '../../shared/store/keys.ts';
import { getMember } from '../../shared/store/members.ts';
import { newRoom, type Room } from './room.ts';

/** Audiences that are more than one Lambda serves. */
let room: Room;
/** The chunks that others got, as the connections in each. */
let chunks: string[][];
let elsewhere: PostElsewhere;

beforeEach(async () => {
  room = await newRoom({ chunkConnections: 2 });
  chunks = [];
  elsewhere = (batches, stopAt) => room.delivery.poster.postAll(batches, () => stopAt);
  room.delivery.postElsewhere = (batches, stopAt) => {
    chunks.push(batches.flatMap(({ connectionIds }) => connectionIds));
    return elsewhere(JSON.parse(JSON.stringify(batches)), stopAt);
  };
  for (const name of ['a', 'b', 'c', 'd', 'e']) await room.enter(name);
  chunks = [];
});

const everybodyHeard = () => ['a', 'b', 'c', 'd', 'e'].map((name) => room.heard(name));

test('the first chunk is posted by the window, the others by others', async () => {
  await room.say('hello');
  await room.catchUp();
  expect(chunks.sort()).toEqual([['c', 'd'], ['e']]);
  expect(everybodyHeard()).toEqual(Array(5).fill(['hello']));
});

test('what others cannot post is posted by the window', async () => {
  elsewhere = () => Promise.reject(new Error('too many invocations'));
  await room.say('hello');
  await room.catchUp();
  expect(everybodyHeard()).toEqual(Array(5).fill(['hello']));
});

test('whom others did not get to is served again', async () => {
  const real = elsewhere;
  let wasLate = false;
  elsewhere = async (batches) => {
    elsewhere = real;
    // Frozen until its time was over.
    const served = await real(batches, 0);
    wasLate = served.throttled.length > 0;
    return served;
  };
  await room.say('hello');
  await room.catchUp();
  expect(wasLate).toBe(true);
  expect(everybodyHeard()).toEqual(Array(5).fill(['hello']));
});

test('whoever others find gone leaves', async () => {
  room.statuses.set('d', 410);
  await room.say('hello');
  await room.catchUp();
  expect(await room.connections()).toEqual(['a', 'b', 'c', 'e']);
  expect((await getCursor(room.delivery.table, 'e'))?.participantCount).toBe(4);
});

test('others may post no longer than the lease lasts', async () => {
  const leases: number[] = [];
  elsewhere = async (batches, stopAt) => {
    const { leaseUntil = 0 } = (await getCursor(room.delivery.table, 'e')) ?? {};
    leases.push(leaseUntil - stopAt);
    return room.delivery.poster.postAll(batches, () => stopAt);
  };
  await room.say('hello');
  await room.catchUp();
  expect(leases).toHaveLength(2);
  for (const left of leases) expect(left).toBeGreaterThanOrEqual(0);
});

test('members past the first page of the listing are served', { timeout: 120_000 }, async () => {
  const crowd = await newRoom();
  const { table } = crowd.delivery;
  await crowd.enter('first');
  const template = await getMember(table, 'e', 'first');
  // A page of a query ends at 1 MB.
  const padding = 'x'.repeat(4_000);
  const others = Array.from({ length: 600 }, (_, i) => `other-${i}`);
  for (let from = 0; from < others.length; from += 25) {
    const puts = others.slice(from, from + 25).map((connectionId) => ({
      PutRequest: { Item: { ...template, ...memberKey('e', connectionId), connectionId, padding } },
    }));
    await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
  }
  await crowd.say('hello');
  await crowd.catchUp();
  expect(new Set(crowd.posts)).toEqual(new Set(['first', ...others]));
});
