import { QueryCommand, TransactWriteCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectSocket } from '../../shared/chat/connect-socket.ts';
import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { kick } from '../../shared/chat/moderation/kick.ts';
import { encodeOffset } from '../../shared/protocol/offset.ts';
import type { Wire } from '../../shared/protocol/wire.ts';
import { updateCursor } from '../../shared/store/cursor.ts';
import { putPresenceRecord } from '../../shared/store/presence-history.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Connects, perhaps with what a client came back with; resolves to the session that it has. */
async function connect(
  connectionId: string,
  { wire = 'socketio', ...back }: { pid?: string; wire?: Wire } = {},
): Promise<string | undefined> {
  const offset = encodeOffset({ eventId: 'e', seq: 0, presence: 0 });
  const connected = await connectSocket(room.chat, await room.connect(connectionId, wire), {
    ...back,
    ...(back.pid !== undefined && { offset }),
  });
  await connected?.afterwards?.();
  return connected?.answer.pid;
}

test('recoveries are limited like joins, together with them', async () => {
  // The clock stands still: no allowance comes back.
  vi.useFakeTimers({ toFake: ['Date'] });
  const pid = await connect('0');
  await room.join('0');
  const pids: unknown[] = [];
  for (let i = 1; i <= 12; i += 1) pids.push(await connect(`${i}`, { pid: `${pid}` }));
  // One was the join.
  const allowed = room.chat.settings.joinBurst - 1;
  expect(pids.map((found) => found === pid)).toEqual(pids.map((_, i) => i < allowed));
  // It stays where it came to last.
  expect(await room.members()).toEqual([`${allowed}`]);
});

test('the same again and again: charged by its size, until the client has to join', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const pid = `${await connect('0', { wire: 'socketio-batch' })}`;
  await room.join('0');
  const messages = Array.from({ length: 2_000 }, (_, i) => i + 1);
  await room.fill(messages.map((seq) => ({ seq, kind: 'void' as const })));
  await updateCursor(room.chat.table, 'e', {
    UpdateExpression: 'SET delivered = :all',
    ExpressionAttributeValues: { ':all': messages.length },
  });
  const back = (connectionId: string) => connect(connectionId, { pid, wire: 'socketio-batch' });
  // The first time is free; of 2,000 more there is room for one.
  expect([await back('1'), await back('2')]).toEqual([pid, pid]);
  expect(await back('3')).not.toBe(pid);
});

test('a replay takes its frames from the quota of all', async () => {
  const pid = `${await connect('0')}`;
  const { membership } = await room.join('0');
  const author = { id: `${membership?.participant.id}`, username: '0' };
  await room.fill(
    [1, 2, 3].map((seq) => ({
      seq,
      kind: 'message' as const,
      message: { id: `${seq}`, eventId: 'e', seq, participant: author, text: 'a', sentAt: 'then' },
    })),
  );
  room.commands.length = 0;
  expect(await connect('1', { pid })).toBe(pid);
  const taken = room.commands.flatMap((command) => {
    const { Key, ExpressionAttributeValues } = (command as { input: UpdateCommandInput }).input;
    return `${Key?.pk}`.startsWith('QUOTA#') ? [ExpressionAttributeValues?.[':frames']] : [];
  });
  expect(taken).toEqual([3]);
});

test('who recovers while it is kicked is out', async () => {
  const pid = `${await connect('old')}`;
  const participantId = participantIdOf(await room.join('old'));
  let recovered: string | undefined;
  room.before(
    (command) => command instanceof TransactWriteCommand,
    async () => {
      recovered = await connect('new', { pid });
    },
  );
  await kick(room.chat, 'e', { name: 'mia', rights: ['moderate'] }, { participantId });
  expect(recovered).toBe(pid);
  expect(await room.members()).toEqual([]);
  expect(await connect('newer', { pid })).not.toBe(pid);
});

test('who leaves on the way hears nothing that was written afterwards', async () => {
  const pid = `${await connect('old')}`;
  const { membership } = await room.join('old');
  const author = { id: `${membership?.participant.id}`, username: 'old' };
  const offset = encodeOffset({ eventId: 'e', seq: 0, presence: 0 });
  const recovered = await connectSocket(room.chat, await room.connect('new', 'socketio'), { pid, offset });
  expect(recovered?.answer.pid).toBe(pid);
  const posted = vi.spyOn(room.chat.poster, 'post');
  // The replay has begun, and has not read the log.
  room.before(
    (command) => command instanceof QueryCommand,
    async () => {
      await leaveEvent(room.chat, await room.find('new'));
      const message = { id: 'm', eventId: 'e', seq: 1, participant: author, text: 'late', sentAt: 'then' };
      await room.fill([{ seq: 1, kind: 'message', message }]);
    },
  );
  await recovered?.afterwards?.();
  expect(posted).not.toHaveBeenCalled();
});

test('an offset of an earlier stay is none, though nothing was written since', async () => {
  const pid = `${await connect('old')}`;
  await room.join('old');
  await leaveEvent(room.chat, await room.find('old'));
  const changes = { joined: [], left: [], renamed: [], participantCount: 0 };
  const record = { number: 1, after: 0, upTo: 0, changes, summarize: false, outbox: [] };
  await putPresenceRecord(room.chat.table, 'e', record, Date.now() + 60_000);
  await updateCursor(room.chat.table, 'e', {
    UpdateExpression: 'SET presence = :one',
    ExpressionAttributeValues: { ':one': 1 },
  });
  await room.join('old');
  // Cut off before the history of its second stay: it does not know who came and went between the two.
  expect(await connect('new', { pid })).not.toBe(pid);
});
