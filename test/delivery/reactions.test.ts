import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { catchUp } from '../../shared/delivery/deliver.ts';
import { getCursor, updateCursor } from '../../shared/store/cursor.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import { countReactions, signalReactions } from '../../shared/store/reactions.ts';
import type { Table } from '../../shared/store/table.ts';
import { newRoom, type Room } from './room.ts';

/** Reactions are counted, and told once: the real store and windows. */
let room: Room;
beforeEach(async () => {
  room = await newRoom();
  await room.enter('ana');
  await room.enter('bob');
});

const soon = () => Date.now() + 20_000;

/** The clock is not waited for: the next window may tell of reactions alone. */
async function passTime({ delivery: { table } }: Room): Promise<void> {
  await updateCursor(table, 'e', {
    UpdateExpression: 'SET nextReactionsAt = :zero, nextWindowAt = :zero',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':zero': 0 },
  });
}

/** The lease of a holder that died has run out. */
async function outlive({ delivery: { table } }: Room): Promise<void> {
  await updateCursor(table, 'e', {
    UpdateExpression: 'SET leaseUntil = :zero',
    ConditionExpression: 'attribute_exists(lease)',
    ExpressionAttributeValues: { ':zero': 0 },
  });
}

test('what many have reacted with is one event, for everybody, in the frame of a message', async () => {
  await room.react({ '👍': 2 });
  await room.react({ '👍': 1, '🔥': 1 });
  await room.say('hello');
  await room.catchUp();
  for (const name of ['ana', 'bob']) {
    expect(room.frames.get(name)?.map(({ event }) => event)).toEqual(['newMessage', 'reactions']);
    expect(room.reactions(name)).toEqual({
      counts: [{ '👍': 3, '🔥': 1 }],
      totals: { '👍': 3, '🔥': 1 },
    });
  }
  expect(room.posts.slice(-2).sort()).toEqual(['ana', 'bob']);
});

test('later reactions are counted on, and the totals with them', async () => {
  await room.react({ '👍': 2 });
  await room.catchUp();
  await passTime(room);
  await room.react({ '👍': 1 });
  await room.catchUp();
  expect(room.reactions('ana')).toEqual({ counts: [{ '👍': 2 }, { '👍': 1 }], totals: { '👍': 3 } });
});

test('the head is written once a window, however many react', async () => {
  const before = (await getEventHead(room.delivery.table, 'e'))?.reactions ?? 0;
  const first: boolean[] = [];
  for (let i = 0; i < 20; i += 1) first.push(await room.react({ '👍': 1 }));
  expect(first.filter((one) => one)).toHaveLength(1);
  await Promise.all(Array.from({ length: 20 }, () => room.react({ '👍': 1 })));
  await room.catchUp();
  await Promise.all(Array.from({ length: 20 }, () => room.react({ '👍': 1 })));
  const head = await getEventHead(room.delivery.table, 'e');
  expect((head?.reactions ?? 0) - before).toBe(2);
});

test('alone, reactions are told at most once a second; a message does not wait with them', async () => {
  await room.react({ '👍': 1 });
  await room.catchUp();
  const allowed = (await getCursor(room.delivery.table, 'e'))?.nextReactionsAt ?? 0;
  let begun = 0;
  const { postAll } = room.delivery.poster;
  room.delivery.poster.postAll = (...args) => {
    begun = Date.now();
    return postAll(...args);
  };
  await room.react({ '🔥': 1 });
  await room.catchUp();
  expect(begun).toBeGreaterThanOrEqual(allowed);
  await room.react({ '🔥': 1 });
  const later = (await getCursor(room.delivery.table, 'e'))?.nextReactionsAt ?? 0;
  const waiting = room.catchUp();
  await room.say('hello');
  await waiting;
  expect(room.heard('ana')).toEqual(['hello']);
  expect(room.reactions('ana').totals).toEqual({ '👍': 1, '🔥': 2 });
  expect((await getCursor(room.delivery.table, 'e'))?.nextReactionsAt).toBeGreaterThan(later);
});

test('whoever could not be served knows the totals from the next reactions', async () => {
  room.statuses.set('bob', 500);
  await room.react({ '👍': 2 });
  await room.catchUp().catch(() => {});
  room.statuses.clear();
  await passTime(room);
  await room.react({ '👍': 1 });
  await room.catchUp();
  expect(room.reactions('bob').totals).toEqual({ '👍': 3 });
  expect(room.reactions('ana')).toEqual({ counts: [{ '👍': 2 }, { '👍': 1 }], totals: { '👍': 3 } });
});

/** A table on which something happens after a command, the so manieth. */
function interrupted({ name, client }: Table, after: number, act: () => Promise<unknown>) {
  let commands = 0;
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  const watched = {
    async send(command: object) {
      const answer = await send(command);
      commands += 1;
      if (commands === after) await act();
      return answer;
    },
  };
  const table: Table = { name, client: Object.assign(Object.create(client), watched) };
  return { table, hasHappened: () => commands >= after };
}

test('whoever reacts between any two steps of a window is told of by that one or the next', async () => {
  let total = 0;
  for (let after = 1, isDone = false; !isDone; after += 1) {
    await room.react({ '👍': 1 });
    total += 1;
    await passTime(room);
    const { table, hasHappened } = interrupted(room.delivery.table, after, async () => {
      await room.react({ '👍': 1 });
      total += 1;
    });
    await catchUp({ ...room.delivery, table }, 'e', soon());
    isDone = !hasHappened();
    await passTime(room);
    // The stream: it does nothing where the head does not say that there is something to do.
    await room.catchUp();
    const { counts, totals } = room.reactions('ana');
    expect(totals, `after ${after} steps`).toEqual({ '👍': total });
    expect(counts.reduce((sum, count) => sum + (count['👍'] ?? 0), 0)).toBe(total);
  }
  expect(total).toBeGreaterThan(10);
});

/** A table that is cut off after so many writes: all that its function asks for from then on fails. */
function mortal({ name, client }: Table, lives: number) {
  let writes = 0;
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  const dying = {
    async send(command: object) {
      if (writes >= lives) throw new Error('killed');
      const answer = await send(command);
      if (/^(Update|Put|Delete|BatchWrite|TransactWrite)/.test(command.constructor.name)) writes += 1;
      return answer;
    },
  };
  const table: Table = { name, client: Object.assign(Object.create(client), dying) };
  return { table, isDead: () => writes >= lives };
}

test('an answer that is lost, and asked for again by the SDK, counts nothing twice', async () => {
  const { table } = room.delivery;
  let lost = 0;
  table.client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      lost += 1;
      if (lost === 1) throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
      return answer;
    },
    { step: 'deserialize', name: 'loseAnswer' },
  );
  await countReactions(table, 'e', { '👍': 1 });
  table.client.middlewareStack.remove('loseAnswer');
  expect(lost).toBe(2);
  await room.react({ '👍': 1 });
  await room.catchUp();
  expect(room.reactions('ana').totals).toEqual({ '👍': 2 });
});

describe('a function that is killed', () => {
  test('after any write of a window has told nothing, or tells it again: the totals are right', async () => {
    let total = 0;
    for (let lives = 1, isDone = false; !isDone; lives += 1) {
      await passTime(room);
      room.frames.clear();
      await room.react({ '👍': 1 });
      total += 1;
      const { table, isDead } = mortal(room.delivery.table, lives);
      await catchUp({ ...room.delivery, table }, 'e', soon()).catch(() => {});
      isDone = !isDead();
      const before = room.reactions('ana').counts;
      expect(before.length).toBeLessThanOrEqual(1);
      await outlive(room);
      await room.catchUp();
      const { counts, totals } = room.reactions('ana');
      expect(totals).toEqual({ '👍': total });
      // What was posted and not written down comes once more, and nothing else does.
      expect(counts.every((count) => count['👍'] === 1)).toBe(true);
      expect(counts.length).toBeLessThanOrEqual(before.length + 1);
      expect(room.reactions('bob').totals).toEqual({ '👍': total });
    }
    expect(total).toBeGreaterThan(4);
  });

  test('after any write of a reaction does not keep the next ones from being told', async () => {
    let total = 0;
    for (let lives = 1, isDone = false; !isDone; lives += 1) {
      await passTime(room);
      const { table, isDead } = mortal(room.delivery.table, lives);
      const killed = await countReactions(table, 'e', { '👍': 1 })
        .then(() => signalReactions(table, 'e'))
        .catch(() => 'killed');
      isDone = killed !== 'killed' && !isDead();
      await room.react({ '👍': 1 });
      total += 2;
      await room.catchUp();
      expect(room.reactions('ana').totals).toEqual({ '👍': total });
    }
    expect(total).toBeGreaterThan(4);
  });
});

test('whoever reacts while windows run and die, all is told in the end, and what was told twice shows', async () => {
  const plan = fc.record({
    reactors: fc.array(fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 6 }),
    deaths: fc.array(fc.nat(14), { maxLength: 4 }),
    delays: fc.infiniteStream(fc.nat(6)),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ reactors, deaths, delays }) => {
      const own = await newRoom();
      await own.enter('ana');
      const { table } = own.delivery;
      const slow = slowed(table, delays);
      let [counted, isBusy] = [0, true];
      const working = (async () => {
        for (const lives of deaths) {
          await passTime(own);
          const delivery = { ...own.delivery, table: mortal(slow, lives).table };
          await catchUp(delivery, 'e', soon()).catch(() => {});
          await outlive(own);
        }
        // The stream, as long as the head is ahead.
        for (;;) {
          const wasBusy = isBusy;
          await passTime(own);
          await catchUp({ ...own.delivery, table: slow }, 'e', soon());
          if (!wasBusy) return;
        }
      })();
      await Promise.all(
        reactors.map(async (pauses) => {
          for (const pause of pauses) {
            await sleep(pause);
            await countReactions(slow, 'e', { '👍': 1 });
            await signalReactions(slow, 'e');
            counted += 1;
          }
        }),
      );
      isBusy = false;
      await working;
      const { counts, totals } = own.reactions('ana');
      expect(totals).toEqual({ '👍': counted });
      const sum = counts.reduce((all, count) => all + (count['👍'] ?? 0), 0);
      if (deaths.length === 0) expect(sum).toBe(counted);
      else expect(sum).toBeGreaterThanOrEqual(counted);
    }),
    { numRuns: Number(process.env.RUNS ?? 10) },
  );
});

/** A table whose answers and requests are late at random. */
function slowed({ name, client }: Table, delays: Iterator<number>): Table {
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  const pause = () => sleep(delays.next().value ?? 0);
  const late = {
    async send(command: object) {
      await pause();
      const answer = await send(command);
      await pause();
      return answer;
    },
  };
  return { name, client: Object.assign(Object.create(client), late) };
}
