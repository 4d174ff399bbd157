import { beforeAll, expect, inject, test } from 'vitest';
import { http } from '../support/chat.ts';
import { bearer, newEvent, token } from '../support/tokens.ts';

let headers: Record<string, string>;
let eventId: string;
beforeAll(async () => {
  headers = bearer(await token({ sub: 'operator', scope: 'chat:operate' }));
  eventId = await newEvent();
});

const get = <Body>(path: string) => http<Body>(`/${eventId}${path}`, { headers });

test.for([
  ['bans', 'nothing'],
  ['bans', '----------T000000000000Z#a'],
  ['bans', '2030-01-01T00:00:00.000Z#'],
  ['bans', '2030-01-01T00:00:00.000Z#a b'],
  ['bans', '01JH0000000000000000000000'],
  ['audit', 'nothing'],
  ['audit', '01jh0000000000000000000000'],
  ['audit', '2030-01-01T00:00:00.000Z#a'],
] as const)('a made-up cursor is refused as such: %s after %s', async ([list, made]) => {
  const cursor = Buffer.from(made).toString('base64url');
  const { status, body } = await get(`/${list}?cursor=${cursor}`);
  expect([status, body]).toMatchObject([
    400,
    { error: { code: 'BAD_REQUEST', issues: [{ path: 'cursor' }] } },
  ]);
});

test('a cursor that was ours once, of what is gone, goes on where it was', async () => {
  const past = Buffer.from('2030-01-01T00:00:00.000Z#a').toString('base64url');
  expect(await get(`/bans?cursor=${past}`)).toMatchObject({ status: 200, body: { bans: [] } });
});

test.for([
  ['PATCH', ''],
  ['POST', '/kicks'],
  ['POST', '/bans'],
] as const)(
  '%s …%s with neither a body nor a type is refused, and is no act in the audit',
  async ([method, path]) => {
    const { status } = await fetch(`${inject('eventsUrl')}/${eventId}${path}`, { method, headers });
    expect(status).toBe(400);
    expect((await get('/audit')).body).toMatchObject({ records: [{ action: 'createEvent' }] });
  },
);

test('no event is made without a body', async () => {
  expect((await fetch(inject('eventsUrl'), { method: 'POST', headers })).status).toBe(400);
});
