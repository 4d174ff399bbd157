import { beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../shared/chat/room-guard.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { newCursor, updateCursor } from '../../shared/store/cursor.ts';
import { newEventHead } from '../../shared/store/event-head.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

/** 6 KB. */
const long = '€'.repeat(2_000);

let room: ChatOnTable;
let ana: Connection;
beforeEach(async () => {
  room = await chatOnTable();
  ana = await room.enter('ana');
});

/** Says that the last window has served so many, and everything that was written. */
const serve = (audience: number, unbatched = 0) =>
  updateCursor(room.table, 'e', {
    UpdateExpression:
      'SET audience = :audience, unbatched = :unbatched, delivered = :all, deliveredBytes = :bytes',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':audience': audience, ':unbatched': unbatched, ':all': 0, ':bytes': 0 },
  });

/** Sends until somebody is refused, 50 times at most; resolves to how often it went well, and to the refusal. */
async function flood(sender: Connection, text: string) {
  for (let sent = 0; sent < 50; sent += 1) {
    try {
      await room.say(sender, text);
    } catch (error) {
      return { sent, error };
    }
  }
  return { sent: 50, error: undefined };
}

test('a large room takes in what it can be sent in two windows, and then says when to come again', async () => {
  await serve(10_000);
  const { sent, error } = await flood(ana, long);
  expect(sent).toBe(10);
  expect(error).toMatchObject({ code: 'RATE_LIMITED', details: { reason: 'room' } });
  const { retryAfterMs } = (error as { details: { retryAfterMs: number } }).details;
  // More than two frames for 10,000 people, at 5,000 a second.
  expect(retryAfterMs).toBeGreaterThan(4_000);
  expect(retryAfterMs).toBeLessThan(5_000);
  expect(await room.log()).toHaveLength(10);
});

test('where everybody takes one event a frame, short messages count as much as long ones', async () => {
  await serve(1_000, 1_000);
  expect((await flood(ana, 'x')).sent).toBe(10);
});

test('a small room takes in as much as anybody may send', async () => {
  await serve(50);
  expect((await flood(ana, long)).sent).toBe(50);
});

test('whoever moderates gets in', async () => {
  await serve(10_000);
  await flood(ana, long);
  const identity = { participantId: 'mod', username: 'mod', rights: ['moderate' as const] };
  await room.say({ ...ana, identity: { ...identity, expiresAt: Date.now() + 60_000 } }, 'please slow down');
});

test('whoever has used their burst is refused sooner', () => {
  const head = { ...newEventHead, seq: 8, bytes: 48_000 };
  const cursor = { ...newCursor, audience: 10_000 };
  const wait = (used: number) =>
    waitFor({ head, cursor, message: { text: 'hi', participant: { username: 'ana' } }, used }, 5_000);
  expect(wait(0)).toBe(0);
  expect(wait(1)).toBeGreaterThan(0);
});

test('nobody is refused when nothing waits, however large the room', () => {
  const cursor = {
    ...newCursor,
    audience: 1_000_000,
    unbatched: 1_000_000,
    delivered: 8,
    deliveredBytes: 48_000,
  };
  const head = { ...newEventHead, seq: 8, bytes: 48_000 };
  expect(
    waitFor({ head, cursor, message: { text: long, participant: { username: 'ana' } }, used: 1 }, 5_000),
  ).toBe(0);
});
