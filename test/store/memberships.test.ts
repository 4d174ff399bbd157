import { beforeEach, expect, test } from 'vitest';
import { bans } from '../../shared/store/bans.ts';
import {
  deleteUnjoined,
  getConnection,
  listDue,
  type Membership,
  putConnection,
} from '../../shared/store/connections.ts';
import { createEvent } from '../../shared/store/events.ts';
import { join } from '../../shared/store/join.ts';
import { leave } from '../../shared/store/leave.ts';
import { getMember, type ListedMember, listMembers, setLive } from '../../shared/store/members.ts';
import { readOutbox } from '../../shared/store/presence-outbox.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTable } from '../support/database.ts';

let table: Table;
beforeEach(async () => {
  table = await newTable();
  await createEvent(table, 'e', { name: 'E' }, Date.now());
});

const held = { participantToken: 'token', joinId: 'j' };
const live = { eventId: 'e', connectionId: 'c', joinId: 'j', after: { seq: 3, presence: 0 } };
const connectionIds = (members: ListedMember[]) => members.map((member) => member.connectionId);
const audience = async (pageSize?: number) => {
  const pages: ListedMember[][] = [];
  for await (const page of listMembers(table, 'e', pageSize)) pages.push(page);
  return pages;
};
const membership = (username: string, eventId = 'e'): Membership => ({
  eventId,
  participant: { id: `id of ${username}`, username, joinedAt: '2030-01-01T00:00:00.000Z' },
  namedAt: 1,
});
const connect = async (connectionId: string, connectedAt = Date.now()) => {
  await putConnection(table, { connectionId, wire: 'json', connectedAt });
  const connection = await getConnection(table, connectionId);
  if (!connection) throw new Error('not stored');
  return connection;
};

test('members past the first page are listed too', async () => {
  for (let i = 0; i < 7; i += 1) await join(table, await connect(`c${i}`), membership(`m${i}`), held);
  const pages = await audience(3);
  expect(pages.length).toBeGreaterThan(2);
  expect(connectionIds(pages.flat()).sort()).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6']);
});

test('a member whose time has passed is not listed, whether deleted or not', async () => {
  await join(table, await connect('old', Date.now() - 3 * 3_600_000), membership('old'), held);
  await join(table, await connect('new'), membership('new'), held);
  expect(connectionIds((await audience()).flat())).toEqual(['new']);
  const expired: string[] = [];
  for await (const id of listDue(table, Date.now())) expired.push(id);
  expect(expired).toEqual(['old']);
});

test('of several who end a membership at once, one succeeds and one entry is in the outbox', async () => {
  const connection = await connect('c');
  await join(table, connection, membership('ana'), held);
  const ends = await Promise.all([1, 2, 3, 4].map(() => leave(table, 'c', membership('ana'), 'goes')));
  expect(ends.filter(Boolean)).toHaveLength(1);
  expect((await readOutbox(table, 'e')).map(({ kind }) => kind)).toEqual(['joined', 'left']);
  expect(await getConnection(table, 'c')).toBeUndefined();
  expect(await getMember(table, 'e', 'c')).toBeUndefined();
});

test('a join that read an older state of its connection fails and changes nothing', async () => {
  const before = await connect('c');
  expect(await join(table, before, membership('ana'), held)).toBe('joined');
  expect(await join(table, before, membership('bob'), held)).toBe('changed');
  await leave(table, 'c', membership('ana'), 'goes');
  expect(await join(table, before, membership('ana'), held)).toBe('changed');
  expect((await audience()).flat()).toEqual([]);
});

test('going live never brings back a member that left', async () => {
  const connection = await connect('c');
  await join(table, connection, membership('ana'), held);
  expect(await setLive(table, live)).toBe(true);
  expect(await getMember(table, 'e', 'c')).toMatchObject({ state: 'live', after: { seq: 3, presence: 0 } });
  await leave(table, 'c', membership('ana'), 'stays');
  expect(await setLive(table, live)).toBe(false);
  expect(await getMember(table, 'e', 'c')).toBeUndefined();
});

test('a connection that joined meanwhile is not deleted as unjoined', async () => {
  const connection = await connect('c');
  await join(table, connection, membership('ana'), held);
  expect(await deleteUnjoined(table, 'c')).toBe(false);
  await leave(table, 'c', membership('ana'), 'stays');
  expect(await deleteUnjoined(table, 'c')).toBe(true);
  expect(await deleteUnjoined(table, 'c')).toBe(true);
});

test('moving to another event takes the old membership along, in one step', async () => {
  await createEvent(table, 'f', { name: 'F' }, Date.now());
  await join(table, await connect('c'), membership('ana'), held);
  const joined = await getConnection(table, 'c');
  if (!joined) throw new Error('gone');
  expect(await join(table, joined, membership('ana', 'f'), held)).toBe('joined');
  expect(await getMember(table, 'e', 'c')).toBeUndefined();
  expect(await getMember(table, 'f', 'c')).toMatchObject({ state: 'held' });
  expect((await readOutbox(table, 'e')).map(({ kind }) => kind)).toEqual(['joined', 'left']);
  expect((await readOutbox(table, 'f')).map(({ kind }) => kind)).toEqual(['joined']);
});

test('a ban keeps a participant out of its event until it ends or is lifted, and out of no other', async () => {
  const ban = { participantId: 'id of ana', bannedAt: new Date().toISOString() };
  const joinAs = async (connectionId: string, eventId: string) =>
    join(table, await connect(connectionId), membership('ana', eventId), held);
  await bans.put(table, 'e', ban);
  expect([await joinAs('c', 'e'), await joinAs('d', 'f')]).toEqual(['banned', 'joined']);
  expect((await audience()).flat()).toEqual([]);
  await bans.put(table, 'e', { ...ban, expiresAt: new Date(Date.now() - 1).toISOString() });
  expect(await joinAs('g', 'e')).toBe('joined');
  await bans.put(table, 'e', ban);
  await bans.lift(table, 'e', 'id of ana');
  expect(await joinAs('h', 'e')).toBe('joined');
});
