import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { beforeEach, expect, test } from 'vitest';
import { expireMembership, markConnectionLost, removeConnection } from '../../shared/delivery/departures.ts';
import { chatSettings } from '../../shared/settings.ts';
import { bans } from '../../shared/store/bans.ts';
import {
  type Connection,
  getConnection,
  type Membership,
  openSocket,
  putConnection,
} from '../../shared/store/connections.ts';
import { createEvent } from '../../shared/store/events.ts';
import { join } from '../../shared/store/join.ts';
import { getMember, setLive } from '../../shared/store/members.ts';
import {
  newestPresence,
  putPresenceRecord,
  readPresenceHistory,
} from '../../shared/store/presence-history.ts';
import { readOutbox } from '../../shared/store/presence-outbox.ts';
import { getSession, putSession } from '../../shared/store/sessions.ts';
import type { Table } from '../../shared/store/table.ts';
import { takeOver } from '../../shared/store/take-over.ts';
import { newTable } from '../support/database.ts';

let table: Table;
const settings = chatSettings.parse({});
beforeEach(async () => {
  table = await newTable();
  await createEvent(table, 'e', { name: 'E' }, Date.now());
});

const at = (seq: number) => ({ seq, presence: 0 });
const offset = { eventId: 'e', seq: 7, presence: 0 };
const socket = { sid: 'sid', sessionId: 'session' };
const participantToken = 'token';
const membership: Membership = {
  eventId: 'e',
  participant: { id: 'p', username: 'ana', joinedAt: '2030-01-01T00:00:00.000Z' },
  namedAt: 1,
};
const find = async (connectionId: string): Promise<Connection> => {
  const connection = await getConnection(table, connectionId);
  if (!connection) throw new Error('There is no such connection');
  return connection;
};
const connect = async (connectionId: string) => {
  await putConnection(table, { connectionId, wire: 'socketio', connectedAt: Date.now() });
  return find(connectionId);
};
/** Connected, and in the event; live unless it was cut off before. */
const enter = async (connectionId: string, { isLive = true } = {}) => {
  const connection = await connect(connectionId);
  await putSession(table, socket.sessionId, connection);
  await openSocket(table, connection, { socket, participantToken });
  await join(table, await find(connectionId), membership, { participantToken, joinId: 'j' });
  if (isLive)
    await setLive(table, { eventId: 'e', connectionId, joinId: 'j', after: { seq: 3, presence: 0 } });
};

test('of two CONNECT packets, one gets a socket', async () => {
  const connection = await connect('c');
  const results = await Promise.all(
    [1, 2].map(() => openSocket(table, connection, { socket, participantToken })),
  );
  expect(results.sort()).toEqual([false, true]);
});

test('a lost member is away; losing it again changes nothing', async () => {
  await enter('c');
  expect(await markConnectionLost({ table, settings }, 'c')).toBeUndefined();
  const { lostAt } = await find('c');
  expect(lostAt).toBeDefined();
  expect(await getMember(table, 'e', 'c')).toMatchObject({ state: 'away', start: at(3) });
  await markConnectionLost({ table, settings }, 'c');
  expect((await find('c')).lostAt).toBe(lostAt);
});

test('a lost connection does not join any more, nor go live', async () => {
  await enter('c', { isLive: false });
  const before = await find('c');
  await markConnectionLost({ table, settings }, 'c');
  expect(await join(table, before, { ...membership, namedAt: 2 }, { participantToken, joinId: 'k' })).toBe(
    'changed',
  );
  expect(
    await setLive(table, { eventId: 'e', connectionId: 'c', joinId: 'j', after: { seq: 5, presence: 0 } }),
  ).toBe(false);
  // It may have had its history all the same, and come back to it.
  expect(await getMember(table, 'e', 'c')).toMatchObject({ state: 'away', start: at(5) });
});

test('away for too long: out of the event, and still to be recovered, unless it never had its history', async () => {
  await enter('had');
  await markConnectionLost({ table, settings }, 'had');
  expect(await expireMembership({ table, settings }, 'had')).toBe('e');
  expect(await find('had')).toMatchObject({ expiredStay: { membership, start: at(3) } });
  expect(await getMember(table, 'e', 'had')).toBeUndefined();
  expect(await expireMembership({ table, settings }, 'had')).toBeUndefined();

  await enter('had not', { isLive: false });
  await markConnectionLost({ table, settings }, 'had not');
  expect(await expireMembership({ table, settings }, 'had not')).toBe('e');
  expect(await getConnection(table, 'had not')).toBeUndefined();
});

test('without recovery, or before CONNECT, a lost connection is gone', async () => {
  await enter('c');
  expect(await markConnectionLost({ table, settings: { ...settings, recoverySeconds: 0 } }, 'c')).toBe('e');
  expect(await getConnection(table, 'c')).toBeUndefined();
  await connect('d');
  await markConnectionLost({ table, settings }, 'd');
  expect(await getConnection(table, 'd')).toBeUndefined();
});

test('a takeover moves everything at once, and only once', async () => {
  await enter('old');
  const [from, to] = [await find('old'), await connect('new')];
  const stay = { attendance: membership, start: at(3), served: offset, joinId: 'k' };
  const recovery = { from, to, socket, participantToken, stay };
  expect(await takeOver(table, recovery)).toBe(true);
  expect(await find('new')).toMatchObject({ socket, membership, participantToken });
  expect(await getSession(table, socket.sessionId)).toMatchObject({ connectionId: 'new' });
  expect(await getMember(table, 'e', 'new')).toMatchObject({ state: 'held', start: at(3), joinId: 'k' });
  expect(await getMember(table, 'e', 'old')).toBeUndefined();
  expect(await getConnection(table, 'old')).toBeUndefined();
  const entries = (await readOutbox(table, 'e')).map(({ kind, connectionId }) => `${kind} ${connectionId}`);
  expect(entries.sort()).toEqual(['joined new', 'joined old', 'left old']);
  expect(await takeOver(table, { ...recovery, to: await connect('third') })).toBe(false);
});

test('nobody comes back to an event that it was banned from', async () => {
  await enter('old');
  const [from, to] = [await find('old'), await connect('new')];
  await bans.put(table, 'e', {
    participantId: membership.participant.id,
    bannedAt: new Date().toISOString(),
  });
  const recovery = {
    from,
    to,
    socket,
    participantToken,
    stay: { attendance: membership, start: at(3), served: offset, joinId: 'k' },
  };
  expect(await takeOver(table, recovery)).toBe(false);
  expect(await find('new')).not.toHaveProperty('membership');
});

test('whoever left on purpose cannot be taken over', async () => {
  await enter('old');
  const from = await find('old');
  await removeConnection({ table }, 'old');
  const recovery = { from, to: await connect('new'), socket, participantToken };
  expect(await takeOver(table, recovery)).toBe(false);
  expect((await find('new')).socket).toBeUndefined();
});

test('a presence record keeps its number: of two holders of the lease, one', async () => {
  const changes = { joined: [], left: [], renamed: [], participantCount: 1 };
  const record = { number: 1, after: 0, upTo: 2, changes, summarize: false, outbox: ['a'] };
  await putPresenceRecord(table, 'e', record, Date.now());
  // The answer was lost, and the SDK asks again.
  await putPresenceRecord(table, 'e', record, Date.now());
  const other = { ...record, upTo: 4, outbox: ['b'] };
  await expect(putPresenceRecord(table, 'e', other, Date.now())).rejects.toThrow('Another window');
  await putPresenceRecord(table, 'e', { ...other, number: 2 }, Date.now());
  expect((await readPresenceHistory(table, 'e', 0)).map(({ number, upTo }) => [number, upTo])).toEqual([
    [1, 2],
    [2, 4],
  ]);
  expect(await readPresenceHistory(table, 'e', 2)).toEqual([]);
});

test('a connection that closes while it takes the place of another is away, not gone', async () => {
  await enter('old');
  const [from, to] = [await find('old'), await connect('new')];
  const recovery = {
    from,
    to,
    socket,
    participantToken,
    stay: { attendance: membership, start: at(3), served: offset, joinId: 'k' },
  };
  const send = table.client.send.bind(table.client) as (command: unknown) => Promise<unknown>;
  let reads = 0;
  const slow = Object.assign(Object.create(table.client), {
    async send(command: unknown) {
      const result = await send(command);
      // Right after it was read without a socket.
      if (command instanceof GetCommand && ++reads === 1) await takeOver(table, recovery);
      return result;
    },
  });
  expect(await markConnectionLost({ table: { ...table, client: slow }, settings }, 'new')).toBeUndefined();
  expect(await getMember(table, 'e', 'new')).toMatchObject({ state: 'away', start: at(3) });
});

test('the presence record of the largest window fits into its item', async () => {
  const joined = Array.from({ length: 100 }, (_, i) => ({
    id: ulid(),
    username: '\u{1f600}'.repeat(16),
    joinedAt: new Date(i).toISOString(),
  }));
  const outbox = Array.from({ length: 8_000 }, () => ulid());
  const changes = { joined, left: [], renamed: [], participantCount: 5_000 };
  const record = { number: 1, after: 0, upTo: 0, changes, summarize: false, outbox };
  await putPresenceRecord(table, 'e', record, Date.now());
  expect(await newestPresence(table, 'e')).toEqual({ number: 1, outbox });
});
