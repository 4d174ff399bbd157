import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectSocket } from '../../shared/chat/connect-socket.ts';
import { kick } from '../../shared/chat/moderation/kick.ts';
import { encodeOffset } from '../../shared/protocol/offset.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Connects, perhaps with what a client came back with; resolves to the session that it has. */
async function connect(connectionId: string, back: { pid?: string } = {}): Promise<string | undefined> {
  const offset = encodeOffset({ eventId: 'e', seq: 0, presence: 0 });
  const connected = await connectSocket(room.chat, await room.connect(connectionId, 'socketio'), {
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
