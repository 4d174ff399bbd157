import { expect, inject, test } from 'vitest';
import { participantIdOfSubject } from '../../shared/ids.ts';
import type { AuditRecord, Event } from '../../shared/protocol/entities.ts';
import { http } from '../support/chat.ts';
import { bearer, newEvent, token } from '../support/tokens.ts';

/** Who created events, or was refused to create or change them. */

const someone = async (sub: string, scope = '') => bearer(await token({ sub, scope }));
const operator = () => someone('operator', 'chat:operate');
const refusals = async (headers: Record<string, string>) => {
  const url = new URL('/api/audit?limit=100', inject('eventsUrl')).href;
  return http<{ records: AuditRecord[] }>('', { url, headers });
};

test('who created an event, and as what', async () => {
  const eventId = await newEvent({ name: 'Keynote', slowModeSeconds: 5 });
  const { body } = await http<{ records: AuditRecord[] }>(`/${eventId}/audit`, { headers: await operator() });
  expect(body.records).toEqual([
    {
      id: expect.any(String),
      at: expect.any(String),
      by: expect.any(String),
      action: 'createEvent',
      changes: { name: 'Keynote', slowModeSeconds: 5 },
    },
  ]);
});

test('who was refused to create one; the same within a minute once; nobody without a valid token', async () => {
  const mallory = await someone('mallory the maker', 'chat:moderate');
  const olga = await someone('olga the operator', 'chat:operate');
  const create = (headers: Record<string, string>, body: object) =>
    http('', { method: 'POST', body, headers });
  for (let i = 0; i < 5; i += 1) expect((await create(mallory, { name: 'Mine' })).status).toBe(403);
  expect((await create(olga, { name: '' })).status).toBe(400);
  expect((await create({}, { name: 'Mine' })).status).toBe(401);
  const { body } = await refusals(await operator());
  // Other tests are refused meanwhile, too.
  const refusedTo = (sub: string) =>
    body.records
      .filter(({ by }) => by === participantIdOfSubject(inject('issuerUrl'), sub))
      .map(({ action, refused }) => `${action} ${refused}`);
  expect(refusedTo('olga the operator')).toEqual(['createEvent BAD_REQUEST']);
  expect(new Set(refusedTo('mallory the maker'))).toEqual(new Set(['createEvent FORBIDDEN']));
  // Two if a minute ended in between.
  expect(refusedTo('mallory the maker').length).toBeLessThanOrEqual(2);
  expect((await refusals(mallory)).status).toBe(403);
  expect((await refusals({})).status).toBe(401);
});

test('who was refused to change one', async () => {
  const eventId = await newEvent();
  const change = (headers: Record<string, string>, body: object) =>
    http<Event>(`/${eventId}`, { method: 'PATCH', body, headers });
  expect((await change(await someone('mallory'), { status: 'ended' })).status).toBe(403);
  expect((await change(await someone('mia', 'chat:moderate'), { name: 'Hers' })).status).toBe(403);
  const { body } = await refusals(await operator());
  const refused = body.records.filter((record) => record.eventId === eventId);
  expect(refused.map(({ action, refused }) => `${action} ${refused}`)).toEqual([
    'updateEvent FORBIDDEN',
    'updateEvent FORBIDDEN',
  ]);
  expect(new Set(refused.map(({ by }) => by)).size).toBe(2);
  const own = await http<{ records: AuditRecord[] }>(`/${eventId}/audit`, { headers: await operator() });
  expect(own.body.records.map(({ action }) => action)).toEqual(['createEvent']);
});
