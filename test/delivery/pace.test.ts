import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { FrameQuota } from '../../shared/delivery/posting/frame-quota.ts';
import { chatSettings } from '../../shared/settings.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { quotaKey } from '../../shared/store/keys.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTable } from '../support/database.ts';
import { newRoom } from './room.ts';

const soon = () => Date.now() + 20_000;

async function takenIn(table: Table, from: number): Promise<number[]> {
  const seconds = Array.from({ length: 60 }, (_, i) => Math.floor(from / 1000) + i);
  const items = await Promise.all(
    seconds.map((second) =>
      table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': quotaKey(second).pk },
        }),
      ),
    ),
  );
  return items.flatMap(({ Items = [] }) => Items.map(({ taken }) => taken));
}

test('all who post at once share the frames of each second', async () => {
  const table = await newTable();
  const settings = chatSettings.parse({ framesPerSecond: 100 });
  const startedAt = Date.now();
  const quotas = Array.from({ length: 12 }, () => new FrameQuota({ table, settings }, soon()));
  await Promise.all(quotas.map((quota) => quota.take(25)));
  const taken = await takenIn(table, startedAt);
  // What was answered too late is taken again.
  expect(taken.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(300);
  expect(Math.max(...taken)).toBeLessThanOrEqual(100);
});

test('more than there is in a second is taken from several; what was foreseen is used first, in its second', async () => {
  const table = await newTable();
  const settings = chatSettings.parse({ framesPerSecond: 100 });
  const startedAt = Date.now();
  const quota = new FrameQuota({ table, settings }, soon());
  await quota.takeAhead(1_000);
  await quota.take(130);
  const taken = await takenIn(table, startedAt);
  expect(taken.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(130);
  expect(Math.max(...taken)).toBeLessThanOrEqual(100);
});

test('who does not get its frames in time gives up', async () => {
  const table = await newTable();
  const settings = chatSettings.parse({ framesPerSecond: 4 });
  const [greedy, late] = [
    new FrameQuota({ table, settings }, soon()),
    new FrameQuota({ table, settings }, Date.now()),
  ];
  expect(await Promise.all([greedy.take(40), late.take(40)])).toEqual([true, false]);
});

test('windows of one event keep their distance: a frame each for everybody, at the event’s rate', async () => {
  const room = await newRoom({ eventFramesPerSecond: 4 });
  const begun: number[] = [];
  for (const name of ['a', 'b']) await room.enter(name);
  const { postAll } = room.delivery.poster;
  room.delivery.poster.postAll = (...args) => {
    begun.push(Date.now());
    return postAll(...args);
  };
  const allowed: number[] = [];
  for (const text of ['one', 'two', 'three']) {
    await room.say(text);
    await room.catchUp();
    allowed.push((await getCursor(room.delivery.table, 'e'))?.nextWindowAt ?? 0);
  }
  expect(begun).toHaveLength(3);
  for (const i of [0, 1]) {
    expect(begun[i + 1]).toBeGreaterThanOrEqual(allowed[i] ?? 0);
    // Half a second for two frames, from the beginning of the window on.
    expect((allowed[i + 1] ?? 0) - (allowed[i] ?? 0)).toBeGreaterThanOrEqual(500);
  }
});

test('where a frame for everybody takes a second, a window is one frame, and the next takes the rest', async () => {
  const room = await newRoom({ eventFramesPerSecond: 2 });
  for (const name of ['a', 'b']) await room.enter(name);
  await room.say('first');
  await room.catchUp();
  let windows = 0;
  const { postAll } = room.delivery.poster;
  room.delivery.poster.postAll = (...args) => {
    windows += 1;
    return postAll(...args);
  };
  const before = room.posts.length;
  for (let n = 0; n < 10; n += 1) await room.say('€'.repeat(2_000));
  await room.catchUp();
  // 63 KB: two frames for each of two people.
  expect(windows).toBe(2);
  expect(room.posts.slice(before).sort()).toEqual(['a', 'a', 'b', 'b']);
  expect(room.frames.get('a')).toHaveLength(11);
});

test('what comes meanwhile shares a frame', async () => {
  const room = await newRoom({ eventFramesPerSecond: 4 });
  for (const name of ['a', 'b']) await room.enter(name);
  await room.say('first');
  await room.catchUp();
  room.posts.length = 0;
  await room.say('second');
  const catchingUp = room.catchUp();
  await room.say('third');
  await catchingUp;
  await room.catchUp();
  expect(room.heard('a')).toEqual(['first', 'second', 'third']);
  expect(room.posts.filter((connectionId) => connectionId === 'a')).toHaveLength(1);
});
