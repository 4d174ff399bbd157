import { expect, test } from 'vitest';
import { Reviewer } from '../../shared/chat/reviewer.ts';

const request = {
  eventId: 'e',
  message: { id: 'm', text: 'hello', participant: { id: 'p', username: 'ana' } },
};

/** A reviewer whose function does what `behave` says, at a time that the test sets. */
function reviewing() {
  const world = { now: 0, asked: 0, answer: async (): Promise<unknown> => ({ action: 'allow' }) };
  const reviewer = new Reviewer(
    () => {
      world.asked += 1;
      return world.answer();
    },
    () => world.now,
  );
  let people = 0;
  /** Of somebody new, unless it is said who. */
  const review = (id = `p${++people}`) =>
    reviewer.review({ ...request, message: { ...request.message, participant: { id, username: 'ana' } } });
  const reviewTimes = async (times: number, id?: string) => {
    for (let count = 0; count < times; count += 1) await review(id);
  };
  return { world, review, reviewTimes };
}
const unreachable = async () => {
  throw new Error('unreachable');
};

test('after five people without an answer in a row it is left alone for five seconds, then tried again', async () => {
  const { world, review, reviewTimes } = reviewing();
  world.answer = unreachable;
  await reviewTimes(7);
  expect(world.asked).toBe(5);
  expect(await review()).toEqual({ asked: false });
  world.now += 5_000;
  await reviewTimes(7);
  expect(world.asked).toBe(10);
  world.now += 5_000;
  world.answer = async () => ({ action: 'allow' });
  await reviewTimes(3);
  expect(world.asked).toBe(13);
  expect(await review()).toEqual({ asked: true, verdict: { action: 'allow' } });
});

test('one person cannot have it left alone', async () => {
  const { world, reviewTimes, review } = reviewing();
  world.answer = unreachable;
  await reviewTimes(20, 'mallory');
  world.answer = async () => ({ action: 'deny' });
  expect(await review()).toEqual({ asked: true, verdict: { action: 'deny' } });
});

test('failures with a success between them are not in a row', async () => {
  const { world, reviewTimes } = reviewing();
  for (let round = 0; round < 3; round += 1) {
    world.answer = unreachable;
    await reviewTimes(4);
    world.answer = async () => ({ action: 'allow' });
    await reviewTimes(1);
  }
  expect(world.asked).toBe(15);
});

test('what a message can bring about does not let others through', async () => {
  const { world, reviewTimes, review } = reviewing();
  for (const answer of [undefined, { action: 'modify', text: '' }]) {
    world.answer = async () => answer;
    await reviewTimes(10);
    expect(await review()).toEqual({ asked: true, faults: expect.any(Array) });
  }
  expect(world.asked).toBe(22);
});

test.for([
  [undefined, ['the answer is none of allow, deny and modify']],
  [{}, ['action is none of allow, deny and modify']],
  [{ action: 'maybe' }, ['action is none of allow, deny and modify']],
  [{ action: 'modify' }, ['the answer must change something']],
  [{ action: 'modify', metadata: { unspeakable: 1 } }, ['metadata must be a string']],
] as const)('says what is wrong with %j, and quotes nothing of it', async ([answer, faults]) => {
  const { world, review } = reviewing();
  world.answer = async () => answer;
  expect(await review()).toEqual({ asked: true, faults });
});
