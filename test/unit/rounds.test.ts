import { expect, test } from 'vitest';
import type { ManagementApi } from '../../shared/delivery/posting/management-api.ts';
import { newPoster } from '../../shared/delivery/posting/poster.ts';

/** A poster with little patience on a management API that answers as the test says; what it delivered, in order. */
function withApi(
  answer: (connectionId: string, attempt: number) => number | Promise<number>,
  get: () => number = () => 200,
) {
  const attempts = new Map<string, number>();
  const delivered: string[] = [];
  const api: ManagementApi = {
    async post(connectionId, { body }) {
      const attempt = (attempts.get(connectionId) ?? 0) + 1;
      attempts.set(connectionId, attempt);
      const status = await answer(connectionId, attempt);
      if (status === 200) delivered.push(`${connectionId} ${body}`);
      return status;
    },
    get: async () => get(),
    delete: async () => 204,
  };
  return { poster: newPoster(api, { patienceMs: 200 }), delivered, attempts };
}
const soon = () => {
  const until = Date.now() + 1_000;
  return () => until;
};
const ids = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`);
const nobody = { gone: [], lagging: [], failed: [], throttled: [] };

test('everybody gets its frames, one after the other', async () => {
  const { poster, delivered } = withApi(() => 200);
  const batches = [
    { frames: ['1', '2'], connectionIds: ids(120) },
    { frames: ['other'], connectionIds: ['d'] },
  ];
  expect(await poster.postAll(batches, soon())).toEqual({ connections: 121, frames: 241, ...nobody });
  for (const id of ids(120)) {
    expect(delivered.filter((one) => one.startsWith(`${id} `))).toEqual([`${id} 1`, `${id} 2`]);
  }
});

test('a connection that is gone harms nobody', async () => {
  const { poster } = withApi((id) => (id === 'c1' ? 410 : 200));
  expect(await poster.postAll([{ frames: ['x'], connectionIds: ids(3) }], soon())).toEqual({
    ...{ connections: 2, frames: 2 },
    ...{ ...nobody, gone: ['c1'] },
  });
});

test('who is refused for a while is served later, from where it was', async () => {
  const { poster, delivered } = withApi((id, attempt) =>
    id === 'c1' && [2, 3].includes(attempt) ? 429 : 200,
  );
  const served = await poster.postAll([{ frames: ['1', '2', '3'], connectionIds: ids(2) }], soon());
  expect(served).toEqual({ connections: 2, frames: 6, ...nobody });
  expect(delivered.filter((one) => one.startsWith('c1'))).toEqual(['c1 1', 'c1 2', 'c1 3']);
});

test('a full buffer is one client’s: it lags, with what it has had', async () => {
  const { poster } = withApi((id, attempt) => (id === 'c1' && attempt > 1 ? 429 : 200));
  const served = await poster.postAll([{ frames: ['1', '2'], connectionIds: ids(3) }], soon());
  expect(served).toEqual({
    ...{ connections: 2, frames: 5 },
    ...{ ...nobody, lagging: [{ connectionId: 'c1', had: 1 }] },
  });
});

test('when the management API throttles everything nobody lags, and most are not even asked', async () => {
  const { poster, attempts } = withApi(
    () => 429,
    () => 429,
  );
  const served = await poster.postAll([{ frames: ['x'], connectionIds: ids(500) }], soon());
  expect(served.throttled).toHaveLength(500);
  expect(served.lagging).toEqual([]);
  expect([...attempts.values()].reduce((sum, one) => sum + one, 0)).toBeLessThan(1_000);
});

test('throttling that ends is survived by all', async () => {
  let isThrottled = true;
  const { poster } = withApi(
    () => (isThrottled ? 429 : 200),
    () => (isThrottled ? 429 : 200),
  );
  const posting = poster.postAll([{ frames: ['x'], connectionIds: ids(200) }], soon());
  setTimeout(() => {
    isThrottled = false;
  }, 400);
  expect(await posting).toEqual({ connections: 200, frames: 200, ...nobody });
});

test.for([500, 0])('errors (%i) are a connection’s own if others are served meanwhile', async (status) => {
  const { poster } = withApi((id) => {
    if (id !== 'c1') return 200;
    return status === 0 ? Promise.reject(new Error('reset')) : status;
  });
  const served = await poster.postAll([{ frames: ['x'], connectionIds: ids(3) }], soon());
  expect(served).toMatchObject({ connections: 2, failed: [{ connectionId: 'c1', had: 0 }], throttled: [] });
});

test('no request is begun once its time is over', async () => {
  const { poster, attempts } = withApi(() => 200);
  const served = await poster.postAll([{ frames: ['x'], connectionIds: ids(3) }], () => Date.now());
  expect(served.throttled).toHaveLength(3);
  expect(attempts.size).toBe(0);
});

test('a single post says what became of it', async () => {
  const { poster } = withApi((id) => ({ fine: 200, gone: 410, sick: 500 })[id] ?? 429);
  const outcomes = await Promise.all(['fine', 'gone', 'sick', 'full'].map((id) => poster.post(id, ['x'])));
  expect(outcomes).toEqual(['delivered', 'gone', 'failed', 'lagging']);
  const throttled = withApi(
    () => 429,
    () => 429,
  );
  expect(await throttled.poster.post('c', ['x'])).toBe('failed');
});
