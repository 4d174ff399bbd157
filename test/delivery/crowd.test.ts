import { beforeEach, expect, test } from 'vitest';
import { getConnection, putConnection } from '../../shared/store/connections.ts';
import { getCursor, updateCursor } from '../../shared/store/cursor.ts';
import { takeLease } from '../../shared/store/cursor-lease.ts';
import { signalPresence } from '../../shared/store/event-head.ts';
import { join } from '../../shared/store/join.ts';
import { setLive } from '../../shared/store/members.ts';
import { readPresenceHistory } from '../../shared/store/presence-history.ts';
import { readOutbox } from '../../shared/store/presence-outbox.ts';
import { newRoom, type Room } from './room.ts';

/** What many do at once costs a window no more than it can afford, and no message. */
let room: Room;
beforeEach(async () => {
  room = await newRoom({ tabsPerParticipant: 3 });
});

const table = () => room.delivery.table;
const cursor = async () => getCursor(table(), 'e');
const framesOf = (connectionId: string) => room.frames.get(connectionId) ?? [];

interface Names {
  username?: string;
  participantId?: string;
}

/** Joins, or joins again under another name; nothing is announced yet. */
async function enter(connectionId: string, { username = connectionId, participantId }: Names = {}) {
  if (!(await getConnection(table(), connectionId)))
    await putConnection(table(), { connectionId, wire: 'json', connectedAt: Date.now() });
  const connection = await getConnection(table(), connectionId);
  if (!connection) throw new Error('not stored');
  const participant = {
    id: participantId ?? `p-${connectionId}`,
    username,
    joinedAt: connection.membership?.participant.joinedAt ?? new Date().toISOString(),
  };
  const membership = { eventId: 'e', participant, namedAt: Date.now() };
  await join(table(), connection, membership, { participantToken: 't', joinId: connectionId });
  const after = { seq: 0, presence: 0 };
  await setLive(table(), { eventId: 'e', connectionId, joinId: connectionId, after });
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => `c${String(i).padStart(3, '0')}`);

async function announce(): Promise<void> {
  await signalPresence(table(), 'e');
  await room.catchUp();
}

test('a wave of renames is told with a few names and the count, and messages go on', async () => {
  const everybody = ids(150);
  await Promise.all(everybody.map((id) => enter(id)));
  await announce();
  room.frames.clear();
  await Promise.all(everybody.map((id) => enter(id, { username: `${id} renamed` })));
  await room.say('still here');
  await announce();
  for (const id of everybody) {
    const [left, joined, message] = framesOf(id);
    expect([left?.event, joined?.event, message?.event]).toEqual(['userLeft', 'userJoined', 'newMessage']);
    expect(joined?.data).toMatchObject({ participantCount: 150 });
    expect(joined?.data.participants).toHaveLength(20);
    expect(joined?.data.participants?.map(({ username }) => username)).not.toContain(`${id} renamed`);
  }
  const [record] = (await readPresenceHistory(table(), 'e', 0)).slice(-1);
  expect(record?.changes.renamed).toHaveLength(21);
  expect(await readOutbox(table(), 'e')).toEqual([]);
});

test('more than 100 at once are summed up in a small audience too', async () => {
  room = await newRoom({ presenceSummaryAbove: 10_000 });
  await enter('ana');
  await announce();
  room.frames.clear();
  await Promise.all(ids(101).map((id) => enter(id)));
  await announce();
  expect(framesOf('ana')).toHaveLength(1);
  expect(framesOf('ana')[0]?.data).toMatchObject({ participantCount: 102 });
});

test('the oldest tabs of one participant are told why and closed', async () => {
  await enter('ben');
  for (const tab of ['a', 'b', 'c', 'd', 'e']) await enter(tab, { participantId: 'ana', username: 'ana' });
  await announce();
  expect(room.closed.sort()).toEqual(['a', 'b']);
  expect(framesOf('a').at(-1)).toMatchObject({ event: 'error', data: { code: 'FORBIDDEN' } });
  expect(await room.connections()).toEqual(['ben', 'c', 'd', 'e'].sort());
  expect((await cursor())?.participantCount).toBe(2);
});

test('a new name reaches the other tabs of its participant, whichever took it', async () => {
  for (const tab of ['a', 'b', 'c']) await enter(tab, { participantId: 'ana', username: 'ana' });
  await announce();
  await enter('b', { participantId: 'ana', username: 'anna' });
  await announce();
  const names = await Promise.all(['a', 'b', 'c'].map((id) => getConnection(table(), id)));
  expect(names.map((one) => one?.membership?.participant.username)).toEqual(['anna', 'anna', 'anna']);
});

test('members at many places in a long log are served in portions, and the others at once', async () => {
  const text = 'x'.repeat(2_000);
  const slow = ids(40);
  await Promise.all([...slow, 'quick'].map((id) => enter(id)));
  await announce();
  for (let i = 0; i < 400; i += 1) await room.say(`${i} ${text}`);
  await room.catchUp();
  room.frames.clear();
  const { presence = 0 } = (await cursor()) ?? {};
  const places = Object.fromEntries(slow.map((id, index) => [id, { seq: 5 * index, presence }]));
  await updateCursor(table(), 'e', {
    UpdateExpression: 'SET pending = :places',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':places': places },
  });
  await room.say(`400 ${text}`);
  await announce();
  const numbers = (id: string) => room.heard(id).map((heard) => Number(heard.split(' ')[0]));
  expect(numbers('quick')).toEqual([400]);
  for (const [index, id] of slow.entries()) {
    expect(numbers(id)).toEqual(Array.from({ length: 401 - 5 * index }, (_, i) => 5 * index + i));
  }
  expect((await cursor())?.pending).toEqual({});
}, 120_000);

test('what holders of the lease die of may be presence: then it is given up, and messages are not', async () => {
  await enter('ana');
  await announce();
  room.frames.clear();
  await enter('ben');
  await signalPresence(table(), 'e');
  await room.say('hello');
  for (let death = 0; death < 4; death += 1) {
    expect(await takeLease(table(), 'e', 'dies')).toBeDefined();
  }
  await room.catchUp();
  expect(room.heard('ana')).toEqual(['hello']);
  expect(framesOf('ana').map(({ event }) => event)).toEqual(['newMessage']);
  expect(await cursor()).toMatchObject({ participantCount: 2 });
  expect((await cursor())?.takes).toBeUndefined();
}, 60_000);
