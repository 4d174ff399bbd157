import { expect, inject, test } from 'vitest';
import type { Event, Message } from '../../shared/protocol/entities.ts';
import type { Issue } from '../../shared/protocol/errors.ts';
import { createEvent, enter, http, refusal } from '../support/chat.ts';

interface List {
  events: Event[];
  nextCursor?: string;
}
const end = (id: string) => http(`/${id}`, { method: 'PATCH', body: { status: 'ended' } });
const list = (query: string) => http<List & { error?: { code: string; issues: Issue[] } }>(query);

test('events that have ended are listed, the one that ended last first', async () => {
  const ids = [await createEvent('first'), await createEvent('second'), await createEvent('third')];
  const [first = '', second = '', third = ''] = ids;
  for (const id of [second, third, first]) await end(id);
  const { body } = await list('?status=ended&limit=100');
  const listed = body.events.filter(({ id }) => ids.includes(id));
  expect(listed.map(({ name, status }) => [name, status])).toEqual([
    ['first', 'ended'],
    ['third', 'ended'],
    ['second', 'ended'],
  ]);
  const page = await list('?status=ended&limit=1');
  const next = await list(`?status=ended&limit=1&cursor=${page.body.nextCursor}`);
  expect(next.body.events[0]?.id).not.toBe(page.body.events[0]?.id);
  expect((await list('?status=active&limit=100')).body.events.map(({ id }) => id)).not.toContain(first);
});

test('a cursor is one of its own list', async () => {
  for (const name of ['one', 'two']) {
    await createEvent(name);
    await end(await createEvent(name));
  }
  for (const [status, other] of [
    ['active', 'ended'],
    ['ended', 'active'],
  ]) {
    const { nextCursor } = (await list(`?status=${status}&limit=1`)).body;
    expect(nextCursor).toBeDefined();
    const { status: code, body } = await list(`?status=${other}&cursor=${nextCursor}`);
    expect([code, body.error?.code, body.error?.issues[0]?.path]).toEqual([400, 'BAD_REQUEST', 'cursor']);
  }
  expect((await list('?status=over')).body.error?.issues[0]).toEqual({
    path: 'status',
    message: 'must be "active" or "ended"',
  });
});

test('a deleted event is not found any more, and whoever was in it can join another', async () => {
  const id = await createEvent('Over');
  const ana = await enter(id, 'ana');
  await ana.say('soon gone', 'm1');
  expect((await http(`/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect(await ana.next('eventEnded')).toMatchObject({ event: { id, status: 'ended' } });
  expect(await refusal(ana.request('sendMessage', { text: 'hm' }))).toMatchObject({ code: 'NOT_JOINED' });
  expect(await refusal(ana.join(id, 'ana'))).toMatchObject({ code: 'EVENT_NOT_FOUND' });
  for (const path of [`/${id}`, `/${id}/messages`, `/${id}/export`, `/${id}/bans`])
    expect([path, (await http(path)).status]).toEqual([path, 404]);
  expect((await http(`/${id}`, { method: 'PATCH', body: { name: 'Again' } })).status).toBe(404);
  for (const query of ['?limit=100', '?limit=100&status=ended'])
    expect((await list(query)).body.events.map((event) => event.id)).not.toContain(id);
  const { body } = await http<{ records: { action: string }[] }>(`/${id}/audit`);
  expect(body.records.map(({ action }) => action)).toEqual(['deleteEvent', 'createEvent']);
  expect((await http('/nobody/audit')).status).toBe(404);
  const other = await createEvent('Next');
  await ana.join(other, 'ana');
  expect((await ana.say('here')).seq).toBe(1);
  expect((await http(`/${id}`, { method: 'DELETE' })).status).toBe(204);
});

test('getHistory and GET messages find the page around a time', async () => {
  const id = await createEvent();
  const ana = await enter(id, 'ana');
  const said: Message[] = [];
  for (let i = 1; i <= 9; i += 1) said.push(await ana.say(`m${i}`));
  const at = said[4]?.sentAt ?? '';
  const page = await ana.request<{ messages: Message[] }>('getHistory', { at, limit: 4 });
  expect(page).toMatchObject({ hasMore: true, hasMoreBefore: true });
  expect(page.messages).toHaveLength(4);
  const isUntil = page.messages.map(({ sentAt }) => sentAt <= at);
  expect(isUntil).toEqual([true, true, false, false]);
  expect((await http(`/${id}/messages?limit=4&at=${at}`)).body).toEqual(page);
  const all = await http(`/${id}/messages?at=2020-01-01T00:00:00Z`);
  expect(all.body).toEqual({ messages: said, hasMore: false, hasMoreBefore: false });
  expect(await refusal(ana.request('getHistory', { at, after: 1 }))).toMatchObject({
    code: 'BAD_REQUEST',
    issues: [{ path: 'at', message: 'cannot be combined with before or after' }],
  });
  expect(await refusal(ana.request('getHistory', { at: 'noon' }))).toMatchObject({ code: 'BAD_REQUEST' });
  expect((await http(`/${id}/messages?at=noon`)).status).toBe(400);
});

test('an export has every message in a line, and goes on where it ended', async () => {
  const id = await createEvent();
  const ana = await enter(id, 'ana');
  const said = [await ana.say('first "line"'), await ana.say('wrong'), await ana.say('third\nline')];
  await http(`/${id}/messages/2`, { method: 'DELETE' });
  const first = await fetchExport(id, '');
  expect(first.type).toBe('application/x-ndjson');
  expect(first.lines).toEqual([said[0], said[2], { upTo: 4, hasMore: false }]);
  const fourth = await ana.say('fourth');
  await http(`/${id}/messages/1`, { method: 'DELETE' });
  expect((await fetchExport(id, '?after=4')).lines).toEqual([
    fourth,
    { upTo: 6, hasMore: false, deletedSeqs: [1] },
  ]);
  expect((await http(`/${id}/export?after=x`)).status).toBe(400);
});

test('an export that is too long for an answer links to its next page', async () => {
  const id = await createEvent();
  const ana = await enter(id, 'ana');
  const text = '€'.repeat(2_000);
  for (let i = 0; i < 400; i += 40) await Promise.all(Array.from({ length: 40 }, () => ana.say(text)));
  const first = await fetchExport(id, '');
  const { upTo, hasMore } = first.lines.at(-1) as { upTo: number; hasMore: boolean };
  expect([hasMore, first.link]).toEqual([true, `</api/events/${id}/export?after=${upTo}>; rel="next"`]);
  const second = await fetchExport(id, `?after=${upTo}`);
  const seqs = [...first.lines.slice(0, -1), ...second.lines.slice(0, -1)].map(
    (line) => (line as Message).seq,
  );
  expect(seqs).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
  expect([second.lines.at(-1), second.link]).toEqual([{ upTo: 400, hasMore: false }, null]);
});

async function fetchExport(id: string, query: string) {
  const response = await fetch(`${inject('eventsUrl')}/${id}/export${query}`);
  const text = await response.text();
  return {
    type: response.headers.get('content-type'),
    link: response.headers.get('link'),
    lines: text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  };
}
