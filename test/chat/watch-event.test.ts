import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectSocket } from '../../shared/chat/connect-socket.ts';
import { watchEvent } from '../../shared/chat/watch-event.ts';
import { encodeOffset } from '../../shared/protocol/offset.ts';
import { chatSettings } from '../../shared/settings.ts';
import { updateCursor } from '../../shared/store/cursor.ts';
import { refusedWith } from '../support/tokens.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});
afterEach(() => {
  vi.useRealTimers();
});

async function watch(connectionId: string, settings = room.chat.settings) {
  const connection = await room.find(connectionId);
  const { data, afterwards } = await watchEvent({ ...room.chat, settings }, connection, { eventId: 'e' });
  await afterwards?.();
  return data;
}

test('watching is limited like joins, together with them', async () => {
  // The clock stands still: no allowance comes back.
  vi.useFakeTimers({ toFake: ['Date'] });
  await room.connect('vic');
  for (let i = 1; i < room.chat.settings.joinBurst; i += 1)
    expect(await watch('vic')).toMatchObject({ viewerCount: 1 });
  await room.join('vic');
  expect(await refusedWith(watch('vic'))).toMatchObject({
    code: 'RATE_LIMITED',
    retryAfterMs: expect.any(Number),
  });
});

test('in a large audience, a client that takes one event a packet may not watch', async () => {
  await updateCursor(room.table, 'e', {
    UpdateExpression: 'SET audience = :many',
    ExpressionAttributeValues: { ':many': room.chat.settings.unbatchedAudienceMax },
  });
  await room.connect('vic', 'socketio');
  expect(await refusedWith(watch('vic'))).toMatchObject({ code: 'BATCH_REQUIRED' });
  await room.connect('vera', 'socketio-batch');
  expect(await watch('vera')).toMatchObject({ viewerCount: 1 });
});

test('an event takes only so many viewers; who watches it already stays', async () => {
  const settings = { ...room.chat.settings, viewersMax: 1, directAudienceMax: 50 };
  for (const name of ['vic', 'vera']) await room.connect(name);
  await watch('vic', settings);
  expect(await refusedWith(watch('vera', settings))).toMatchObject({
    code: 'RATE_LIMITED',
    reason: 'viewers',
    retryAfterMs: expect.any(Number),
  });
  expect(await watch('vic', settings)).toMatchObject({ viewerCount: 1 });
});

test('without a token, where an issuer is set, one recovers what one has watched, and no participant', async () => {
  const open = chatSettings.parse({
    'auth.issuer': 'https://issuer.example',
    'auth.audience': 'chat',
    'auth.viewers': 'open',
  });
  const offset = encodeOffset({ eventId: 'e', seq: 0, presence: 0 });
  const connect = async (connectionId: string, pid?: string) => {
    const known = await room.connect(connectionId, 'socketio');
    const auth = pid === undefined ? {} : { pid, offset };
    const connected = await connectSocket(
      { ...room.chat, settings: open },
      known,
      auth,
      async () => undefined,
    );
    await connected?.afterwards?.();
    return connected?.answer.pid;
  };
  const viewer = await connect('vic');
  await watch('vic', open);
  expect(await connect('vic again', viewer)).toBe(viewer);
  expect(await room.find('vic again')).toMatchObject({ watching: { eventId: 'e' } });
  // From before there was an issuer.
  const guest = await connect('ana');
  await room.join('ana');
  expect(await connect('ana again', guest)).not.toBe(guest);
  expect(await room.find('ana again')).not.toHaveProperty('membership');
});
