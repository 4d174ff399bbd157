import { expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import {
  type ActionData,
  clientToServer,
  clientToServerWithToken,
} from '../../shared/protocol/client-to-server.ts';
import { decodeFrame, requestIdOf } from '../../shared/protocol/json.ts';
import { optional, removable } from '../../shared/protocol/optional.ts';
import { parse } from '../../shared/protocol/parse.ts';
import type { ClientToServerEvents } from '../../shared/protocol/socketio-types.ts';

interface Fields {
  shape: Record<string, { safeParse(value: unknown): { success: boolean } }>;
  safeParse(value: unknown): { success: boolean; data?: unknown };
}

const payloads = Object.entries({
  ...clientToServer,
  'joinEvent with a token': clientToServerWithToken.joinEvent,
}) as unknown as [string, Fields][];

/** What is left when nothing is said. */
const needed: Record<string, object> = {
  joinEvent: { eventId: 'e', username: 'ana' },
  'joinEvent with a token': { eventId: 'e' },
  watchEvent: { eventId: 'e' },
  sendMessage: { text: 'hi' },
  typing: { isTyping: true },
  react: { reaction: '👍' },
  deleteMessage: { seq: 1 },
  announce: { text: 'hear' },
  pin: { seq: 1 },
  kick: { participantId: 'p' },
  ban: { participantId: 'p' },
  unban: { participantId: 'p' },
  mute: { participantId: 'p', seconds: 60 },
  unmute: { participantId: 'p' },
};

test.each(payloads)(
  '%s: null is the same as nothing for every field that may be left out',
  (name, schema) => {
    const given = needed[name] ?? {};
    const optionals = Object.entries(schema.shape).filter(
      ([field, { safeParse }]) => safeParse(undefined).success && !Object.hasOwn(given, field),
    );
    const nulls = Object.fromEntries(optionals.map(([field]) => [field, null]));
    expect(parse(schema as never, { ...nulls, ...given })).toEqual(parse(schema as never, given));
  },
);

test('a required field cannot be null', () => {
  const faults = (data: unknown) =>
    clientToServer.joinEvent.safeParse(data).error?.issues.map(({ path }) => path);
  expect(faults({ eventId: null, username: null })).toEqual([['eventId'], ['username']]);
});

test('a null beside the other way to name a person does not count', () => {
  expect(parse(clientToServer.kick, { participantId: null, subject: 's' })).toEqual({ subject: 's' });
  expect(clientToServer.unban.safeParse({ participantId: null, subject: null }).success).toBe(false);
});

test('a frame without data or id may say null', () => {
  const frame = '{"action":"ping","data":null,"id":null}';
  expect(decodeFrame(frame)).toEqual({ action: 'ping', data: {} });
  expect(requestIdOf(frame)).toBeUndefined();
});

test('only what is removable keeps null', () => {
  const schema = z.object({ kept: removable(z.string()), dropped: optional(z.string()) });
  expect(parse(schema, { kept: null, dropped: null })).toEqual({ kept: null });
  expect(parse(schema, {})).toEqual({});
});

test('the types know null', () => {
  type Ban = Parameters<ClientToServerEvents['ban']>[0];
  expectTypeOf<{ participantId: string; subject: null; reason: null; seconds: null }>().toExtend<Ban>();
  expectTypeOf<{ after: null }>().toExtend<Parameters<ClientToServerEvents['getHistory']>[0]>();
  expectTypeOf<ActionData<'ban'>['reason']>().toEqualTypeOf<string | undefined>();
});
