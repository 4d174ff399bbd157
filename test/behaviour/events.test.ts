import { expect, inject, test } from 'vitest';
import type { Event } from '../../shared/protocol/entities.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import { connect, createEvent, enter, http, refusal } from '../support/chat.ts';

interface List {
  events: Event[];
  nextCursor?: string;
}

test('POST creates an active event and says where it is', async () => {
  const { status, headers, body } = await http('', {
    method: 'POST',
    body: {
      name: ' Keynote ',
      description: 'Opening\nday one',
      startsAt: '2030-05-01T18:00:00+02:00',
      endsAt: '2030-05-01T17:00:00.5Z',
      isAdmin: true,
    },
  });
  expect([status, headers.get('location')]).toEqual([201, `/api/events/${body.id}`]);
  expect(body).toEqual({
    id: expect.any(String),
    name: 'Keynote',
    description: 'Opening\nday one',
    status: 'active',
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    startsAt: '2030-05-01T16:00:00.000Z',
    endsAt: '2030-05-01T17:00:00.500Z',
    participantCount: 0,
    viewerCount: 0,
    reactions: ['👍', '❤️', '😂', '👏', '🎉', '🔥'],
  });
  expect((await http(`/${body.id}`)).body).toEqual(body);
});

test.for([
  ['no body', undefined, 'name'],
  ['no JSON', '{"name":', ''],
  ['an array', [], ''],
  ['no name', {}, 'name'],
  ['a blank name', { name: '  ' }, 'name'],
  ['a long name', { name: 'x'.repeat(101) }, 'name'],
  ['a name with control characters', { name: 'a\nb' }, 'name'],
  ['a name that is no string', { name: { $ne: 1 } }, 'name'],
  ['a long description', { name: 'x', description: 'x'.repeat(1_001) }, 'description'],
  ['a time without a zone', { name: 'x', startsAt: '2030-05-01T18:00:00' }, 'startsAt'],
  ['a time before the year 0', { name: 'x', startsAt: '0000-01-01T00:00:00+01:00' }, 'startsAt'],
  ['a time after the year 9999', { name: 'x', endsAt: '9999-12-31T23:00:00-01:00' }, 'endsAt'],
  ['an end in the past', { name: 'x', endsAt: '2020-01-01T00:00:00Z' }, 'endsAt'],
  ['a time that is none', { name: 'x', endsAt: 'soon' }, 'endsAt'],
  [
    'an end before the start',
    { name: 'x', startsAt: '2030-01-02T00:00:00Z', endsAt: '2030-01-01T00:00:00Z' },
    'endsAt',
  ],
] as const)('POST with %s is a 400 with issues', async ([, body, path]) => {
  const answer = await http<{ error: ErrorData }>('', { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toEqual({
    code: 'BAD_REQUEST',
    message: expect.any(String),
    issues: expect.arrayContaining([{ path, message: expect.any(String) }]),
  });
});

// JSON comes to the function as text, everything else as base64.
test.skipIf(inject('isDeployed')).for(['application/json', 'application/vnd.api+json'])(
  'a body of %s that is not UTF-8 is a 400',
  async (contentType) => {
    const send = async (path: string, method: string) => {
      const body = Buffer.from('{"name":"caf\xe9","reason":"caf\xe9"}', 'latin1');
      const headers = { 'content-type': contentType };
      const response = await fetch(`${inject('eventsUrl')}${path}`, { method, headers, body });
      return [response.status, ((await response.json()) as { error: ErrorData }).error];
    };
    const refused = [400, expect.objectContaining({ issues: [{ path: '', message: expect.any(String) }] })];
    const id = await createEvent();
    expect(await send('', 'POST')).toEqual(refused);
    expect(await send(`/${id}`, 'PATCH')).toEqual(refused);
    expect(await send(`/${id}/kicks`, 'POST')).toEqual(refused);
  },
);

test('a body over 64 KB is a 413', async () => {
  const answer = await http<{ error: ErrorData }>('', { method: 'POST', body: { name: 'x'.repeat(70_000) } });
  expect([answer.status, answer.body.error.code]).toEqual([413, 'TOO_LARGE']);
});

test('GET lists active events, newest first, page by page', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) ids.unshift(await createEvent(`Paged ${i}`));
  const ended = await createEvent('Ended');
  await http(`/${ended}`, { method: 'PATCH', body: { status: 'ended' } });
  const listed: string[] = [];
  let cursor = '';
  do {
    const { status, body } = await http<List>(`?limit=2${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    expect(body.events.length).toBeLessThanOrEqual(2);
    listed.push(...body.events.map((event) => event.id));
    cursor = body.nextCursor ?? '';
  } while (cursor);
  expect(listed.filter((id) => ids.includes(id))).toEqual(ids);
  expect(listed).not.toContain(ended);
  expect(new Set(listed).size).toBe(listed.length);
});

test.for(['limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'limit=', 'cursor=bogus', 'cursor=', 'limit=-1'])(
  'GET with %s is a 400',
  async (query) => {
    const answer = await http<{ error: ErrorData }>(`?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 'BAD_REQUEST', issues: [{ path: query.split('=')[0] }] });
  },
);

test('an id is what it says, whatever is put behind it: nothing else is found', async () => {
  const id = await createEvent();
  for (const more of ['%23', '%3Fx=1', '%20', '%23/messages', '%00']) {
    expect([more, (await http(`/${id}${more}`)).status]).toEqual([more, 404]);
  }
  expect((await http(`/${id}%23x`, { method: 'PATCH', body: { name: 'via hash' } })).status).toBe(404);
  expect((await http(`/${'x'.repeat(300)}`)).status).toBe(404);
});

test('a cursor that no page had is a 400', async () => {
  const cursor = Buffer.from('001795341642958#AAAAAAAAAAAAAAAA').toString('base64url');
  expect((await http(`?cursor=${cursor}`)).status).toBe(400);
});

test.for(['', '/messages'])('GET /nowhere%s is a 404', async (rest) => {
  const answer = await http<{ error: ErrorData }>(`/nowhere${rest}`);
  expect([answer.status, answer.body.error.code]).toEqual([404, 'EVENT_NOT_FOUND']);
});

test.for(['before=x', 'after=-1', 'limit=0', 'before=2&after=1'])(
  'GET messages with %s is a 400',
  async (query) => {
    const id = await createEvent();
    expect((await http(`/${id}/messages?${query}`)).status).toBe(400);
  },
);

test('PATCH changes what is given and leaves the rest', async () => {
  const id = await createEvent('Before');
  const { status, body } = await http(`/${id}`, {
    method: 'PATCH',
    body: { name: 'After', description: 'new' },
  });
  expect([status, body.name, body.description, body.status]).toEqual([200, 'After', 'new', 'active']);
  const second = await http(`/${id}`, { method: 'PATCH', body: { startsAt: '2030-01-01T00:00:00Z' } });
  expect(second.body).toEqual({ ...body, startsAt: '2030-01-01T00:00:00.000Z' });
  expect((await http('/nowhere', { method: 'PATCH', body: { name: 'x' } })).status).toBe(404);
  expect((await http(`/${id}`, { method: 'PATCH', body: { status: 'active' } })).status).toBe(400);
  expect((await http(`/${id}`, { method: 'PATCH', body: { endsAt: '2029-01-01T00:00:00Z' } })).status).toBe(
    400,
  );
});

test('POST takes null for what is left out', async () => {
  const nothing = { description: null, startsAt: null, endsAt: null, hosts: null, slowModeSeconds: null };
  const { status, body } = await http('', { method: 'POST', body: { name: 'x', ...nothing } });
  expect(status).toBe(201);
  for (const field of Object.keys(nothing)) expect(body).not.toHaveProperty(field);
});

test('PATCH with null takes a detail away, and leaves what cannot be taken away', async () => {
  const details = { description: 'x', startsAt: '2030-01-01T00:00:00Z', endsAt: '2030-01-02T00:00:00Z' };
  const created = await http('', {
    method: 'POST',
    body: { name: 'Before', slowModeSeconds: 5, ...details },
  });
  const { id } = created.body;
  const change = (body: object) => http(`/${id}`, { method: 'PATCH', body });
  const { startsAt, ...others } = created.body;
  // The end may now be before what the start was.
  const first = await change({ startsAt: null, endsAt: '2029-01-01T00:00:00Z' });
  expect(first.body).toEqual({ ...others, endsAt: '2029-01-01T00:00:00.000Z' });
  const second = await change({ description: null, endsAt: null, name: 'After' });
  const { description, endsAt, ...bare } = { ...others, name: 'After' };
  expect([second.status, second.body]).toEqual([200, bare]);
  const rules = { hosts: null, paused: null, slowModeSeconds: null, status: null };
  expect((await change({ name: null, ...rules })).body).toEqual(bare);
  expect((await http(`/${id}`)).body).toEqual(bare);
});

test('ending an event tells the audience, stops sends and joins, and keeps the history', async () => {
  const id = await createEvent('Match');
  const ana = await enter(id, 'ana');
  await ana.say('last words', 'm1');
  const { status, body } = await http(`/${id}`, { method: 'PATCH', body: { status: 'ended' } });
  expect([status, body.status]).toEqual([200, 'ended']);
  expect(await ana.next('eventEnded')).toEqual({ event: { ...body, participantCount: 1 } });
  expect(await refusal(ana.request('sendMessage', { text: 'too late' }))).toMatchObject({
    code: 'EVENT_ENDED',
  });
  expect((await ana.say('last words', 'm1')).text).toBe('last words');
  const bob = await connect();
  expect(await refusal(bob.join(id, 'bob'))).toMatchObject({ code: 'EVENT_ENDED' });
  const again = await http(`/${id}`, { method: 'PATCH', body: { status: 'ended' } });
  expect([again.status, again.body.status]).toEqual([200, 'ended']);
  await ana.settle();
  expect(ana.all('eventEnded')).toHaveLength(1);
  expect((await http<{ messages: unknown[] }>(`/${id}/messages`)).body.messages).toHaveLength(1);
});

test('getActiveEvents answers with the same data, with an id as ack and without as activeEvents', async () => {
  const id = await createEvent('Listed');
  const ana = await connect();
  const list = await ana.request<List>('getActiveEvents', { limit: 100 });
  expect(list.events.map((event) => event.id)).toContain(id);
  ana.emit('getActiveEvents', { limit: 1 });
  const { events, nextCursor } = await ana.next('activeEvents');
  expect(events).toHaveLength(1);
  const next = await ana.request<List>('getActiveEvents', { limit: 1, cursor: nextCursor });
  expect(next.events[0]?.id).not.toBe(events[0]?.id);
});

test('participantCount follows who is there', async () => {
  const id = await createEvent();
  const count = async () => (await http(`/${id}`)).body.participantCount;
  const ana = await enter(id, 'ana');
  await enter(id, 'bob');
  await expect.poll(count).toBe(2);
  await ana.close();
  await expect.poll(count).toBe(1);
});

test('any page may read: the preflight is answered, the origin allowed without credentials', async () => {
  const preflight = await fetch(inject('eventsUrl'), {
    method: 'OPTIONS',
    headers: {
      origin: 'https://example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  expect(preflight.ok).toBe(true);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
  const { headers } = await http('', { headers: { origin: 'https://example.com' } });
  expect(headers.get('access-control-allow-origin')).toBe('*');
});

interface Body {
  properties?: object;
  required?: string[];
}

test('/openapi.json describes the API as OpenAPI 3.1', async () => {
  const response = await fetch(new URL('/openapi.json', inject('eventsUrl')));
  const document = (await response.json()) as {
    openapi: string;
    paths: Record<string, { patch?: { requestBody: { content: Record<string, { schema: Body }> } } }>;
    components: { schemas: object };
  };
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(Object.keys(document.paths).sort()).toEqual([
    '/api/audit',
    '/api/events',
    '/api/events/{id}',
    '/api/events/{id}/audit',
    '/api/events/{id}/bans',
    '/api/events/{id}/bans/{participantId}',
    '/api/events/{id}/export',
    '/api/events/{id}/kicks',
    '/api/events/{id}/messages',
    '/api/events/{id}/messages/{seq}',
    '/api/events/{id}/mutes',
    '/api/events/{id}/mutes/{participantId}',
    '/api/events/{id}/pin',
    '/api/events/{id}/reactions',
  ]);
  const { properties, required } =
    document.paths['/api/events/{id}']?.patch?.requestBody.content['application/json']?.schema ?? {};
  expect(properties).toMatchObject({
    description: { type: ['string', 'null'] },
    startsAt: { type: ['string', 'null'], format: 'date-time' },
    endsAt: { type: ['string', 'null'], format: 'date-time' },
  });
  expect(required).toBeUndefined();
  expect(Object.keys(document.components.schemas).sort()).toEqual([
    'AuditRecord',
    'Ban',
    'Error',
    'Event',
    'Message',
    'Mute',
    'WrittenEvent',
  ]);
});

test('/asyncapi.json describes the WebSocket API as AsyncAPI 3.0', async () => {
  const response = await fetch(new URL('/asyncapi.json', inject('eventsUrl')));
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  expect(await response.json()).toMatchObject({
    asyncapi: '3.0.0',
    operations: { sendMessage: { action: 'receive' }, newMessage: { action: 'send' } },
  });
});

test.for([
  ['', 'public, max-age=1'],
  ['/nothing', 'no-store'],
] as const)('GET %j tells browsers to do nothing with the answer', async ([path, caching]) => {
  const { headers } = await http(path);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringContaining('max-age='),
    'cache-control': caching,
  });
});
