import { expect, test } from 'vitest';
import type { Event } from '../../shared/protocol/entities.ts';
import { defaultReactions } from '../../shared/protocol/reactions.ts';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { connect, createEvent, enter, http, refusal } from '../support/chat.ts';
import { enterSocket } from '../support/sockets.ts';

type Told = ServerToClient['reactions'];

/** What several `reactions` come to. */
function sumOf(told: readonly Told[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { counts } of told) {
    for (const [reaction, count] of Object.entries(counts)) sum[reaction] = (sum[reaction] ?? 0) + count;
  }
  return sum;
}

const patch = (eventId: string, body: object) => http(`/${eventId}`, { method: 'PATCH', body });
const post = (eventId: string, body: object) =>
  http<{ error?: object } | undefined>(`/${eventId}/reactions`, { method: 'POST', body });

test('everyone is told how often, the one who reacted too; a joiner learns the totals', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const bob = await enter(eventId, 'bob');
  expect(await ana.request('react', { reaction: '👍', count: 3 })).toEqual({});
  for (const client of [ana, bob]) {
    expect(await client.next('reactions')).toEqual({ eventId, counts: { '👍': 3 }, totals: { '👍': 3 } });
  }
  // A second later, and for nobody but the two.
  expect(await bob.request('react', { reaction: '👍' })).toEqual({});
  for (const client of [ana, bob]) {
    expect(await client.next('reactions')).toEqual({ eventId, counts: { '👍': 1 }, totals: { '👍': 4 } });
  }
  const { event } = await (await connect()).join(eventId, 'cleo');
  expect(event).toMatchObject({ reactions: defaultReactions, reactionTotals: { '👍': 4 } });
});

test('what cannot be reacted with is refused, and nobody hears of it', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const issuesOf = async (data: object) => (await refusal(ana.request('react', data))).issues;
  const unknown = `must be one of the event's reactions: ${defaultReactions.join(' ')}`;
  expect(await issuesOf({ reaction: '🍌' })).toEqual([{ path: 'reaction', message: unknown }]);
  for (const reaction of ['', 'yes', '👍👍', '👍 ', '❤', 7, {}, ['👍']]) {
    expect(await issuesOf({ reaction })).toMatchObject([{ path: 'reaction' }]);
  }
  for (const count of [0, -1, 11, 1.5, '1']) {
    expect(await issuesOf({ reaction: '👍', count })).toMatchObject([{ path: 'count' }]);
  }
  expect(await issuesOf({})).toMatchObject([{ path: 'reaction', message: 'is required' }]);
  expect(await refusal((await connect()).request('react', { reaction: '👍' }))).toMatchObject({
    code: 'NOT_JOINED',
  });
  await ana.request('react', { reaction: '🔥' });
  expect(await ana.next('reactions')).toMatchObject({ totals: { '🔥': 1 }, counts: { '🔥': 1 } });
});

test('whoever runs the event chooses its reactions; with none, nobody reacts', async () => {
  const { body: event } = await http<Event>('', {
    method: 'POST',
    body: { name: 'Match', reactions: ['⚽', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👩🏽‍🚀', '1️⃣'] },
  });
  expect(event.reactions).toEqual(['⚽', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👩🏽‍🚀', '1️⃣']);
  const ana = await enter(event.id, 'ana');
  for (const reaction of event.reactions) await ana.request('react', { reaction });
  await expect
    .poll(() => Object.keys(sumOf(ana.all('reactions'))).sort())
    .toEqual(event.reactions.toSorted());
  expect((await patch(event.id, { reactions: ['🔥'] })).body).toMatchObject({ reactions: ['🔥'] });
  expect((await ana.next('eventUpdated')).event).toMatchObject({ reactions: ['🔥'] });
  expect(await refusal(ana.request('react', { reaction: '⚽' }))).toMatchObject({ code: 'BAD_REQUEST' });
  await ana.request('react', { reaction: '🔥' });
  expect((await patch(event.id, { reactions: [] })).body).toMatchObject({ reactions: [] });
  expect(await refusal(ana.request('react', { reaction: '🔥' }))).toMatchObject({
    issues: [{ path: 'reaction', message: "must be one of the event's reactions: it has none" }],
  });
  // What was counted stays counted.
  await patch(event.id, { reactions: ['⚽'] });
  await ana.request('react', { reaction: '⚽', count: 2 });
  await expect.poll(() => ana.all('reactions').at(-1)?.totals).toMatchObject({ '⚽': 3 });
});

test.for([
  [['👍', '👍'], 'reactions', 'must not have the same emoji twice'],
  [['👍', 'x'], 'reactions.1', 'must be one emoji, with the variation selector U+FE0F if it has one'],
  [
    ['😀', '😁', '😂', '🤣', '😃', '😄', '😅', '😆', '😉', '😊', '😋', '😎', '😍'],
    'reactions',
    'must have at most 12 entries',
  ],
  ['👍', 'reactions', 'must be an array'],
] as const)('a list of reactions like %s is refused', async ([reactions, path, message]) => {
  const eventId = await createEvent();
  const answers = await Promise.all([
    http('', { method: 'POST', body: { name: 'E', reactions } }),
    patch(eventId, { reactions }),
  ]);
  for (const { status, body } of answers) {
    expect([status, body]).toMatchObject([400, { error: { issues: [{ path, message }] } }]);
  }
});

test('a paused event takes reactions, one that has ended does not', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  await patch(eventId, { paused: true, slowModeSeconds: 60 });
  await ana.request('react', { reaction: '👏' });
  await ana.request('react', { reaction: '👏' });
  await expect.poll(() => sumOf(ana.all('reactions'))).toEqual({ '👏': 2 });
  await patch(eventId, { status: 'ended' });
  expect(await refusal(ana.request('react', { reaction: '👏' }))).toMatchObject({ code: 'EVENT_ENDED' });
  expect(await post(eventId, { counts: { '👏': 1 } })).toMatchObject({
    status: 409,
    body: { error: { code: 'EVENT_ENDED' } },
  });
  expect((await patch(eventId, { reactions: ['👍'] })).status).toBe(409);
});

test('a backend adds what was counted elsewhere, and repeats it safely', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const request = { counts: { '👍': 1_000_000, '🎉': 12 }, clientRequestId: 'batch-1' };
  for (let i = 0; i < 3; i += 1)
    expect(await post(eventId, request)).toMatchObject({ status: 202, body: {} });
  await post(eventId, { counts: { '🎉': 1 }, clientRequestId: 'batch-2' });
  await post(eventId, { counts: { '🎉': 1 } });
  await ana.request('react', { reaction: '👍' });
  await expect.poll(() => sumOf(ana.all('reactions'))).toEqual({ '👍': 1_000_001, '🎉': 14 });
});

test.for([
  [{}, 'counts'],
  [{ counts: {} }, 'counts'],
  [{ counts: [] }, 'counts'],
  [{ counts: { '🍌': 1 } }, 'counts.🍌'],
  [{ counts: { x: 1 } }, 'counts.x'],
  [{ counts: { '👍': 0 } }, 'counts.👍'],
  [{ counts: { '👍': 1_000_001 } }, 'counts.👍'],
  [{ counts: { '👍': 1 }, clientRequestId: '' }, 'clientRequestId'],
] as const)('a backend is refused %j', async ([body, path]) => {
  const answer = await post(await createEvent(), body);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST', issues: [{ path }] } } });
});

test('5,000 reactions by 50 clients arrive as exactly 5,000, on every wire', async () => {
  const eventId = await createEvent();
  const json = await Promise.all(Array.from({ length: 46 }, (_, i) => enter(eventId, `json ${i}`)));
  const sockets = [
    await enterSocket(eventId, 'single 1'),
    await enterSocket(eventId, 'single 2'),
    await enterSocket(eventId, 'no offsets', { query: { recovery: 0 } }),
    await enterSocket(eventId, 'no offsets 2', { query: { recovery: 0 } }),
  ];
  const asks = [
    ...json.map((client) => (data: object) => client.request('react', data)),
    ...sockets.map((client) => (data: object) => client.ask('react', data)),
  ];
  await Promise.all(
    asks.map(async (ask, i) => {
      for (let n = 0; n < 10; n += 1) {
        await ask({ reaction: defaultReactions[(i + n) % 6], count: 10 });
        // Some messages among them.
        if (n === i % 10) await json[i % 46]?.say(`message of ${i}`);
      }
    }),
  );
  const all = (told: readonly Told[]) => Object.values(sumOf(told)).reduce((sum, count) => sum + count, 0);
  const toldTo = [
    ...json.map((client) => () => client.all('reactions')),
    ...sockets.map(
      ({ entries }) =>
        () =>
          entries.filter(({ name }) => name === 'reactions').map(({ data }) => data as Told),
    ),
  ];
  for (const told of toldTo) {
    await expect.poll(() => all(told())).toBe(5_000);
    const totals = Object.assign({}, ...told().map((one) => one.totals));
    expect(totals).toEqual(sumOf(told()));
  }
  // Far fewer than there were.
  expect(toldTo[0]?.().length).toBeLessThan(500);
});
