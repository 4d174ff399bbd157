import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { participantIdOf } from '../../shared/ids.ts';
import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import { ChatError, toChatError } from '../../shared/protocol/errors.ts';
import { decodeFrame, requestIdOf } from '../../shared/protocol/json.ts';
import { parse } from '../../shared/protocol/parse.ts';

describe('decoding a frame', () => {
  test('absent data is an empty payload', () => {
    expect(decodeFrame('{"action":"ping"}')).toEqual({ action: 'ping', data: {} });
  });

  test.for([
    '""',
    '"x"',
    `"${'x'.repeat(64)}"`,
    '"👍"',
    '0',
    '-1',
    '9007199254740991',
    '-9007199254740991',
    '1e3',
  ])('the id %s comes back', (id) => {
    const frame = `{"action":"ping","id":${id}}`;
    expect(decodeFrame(frame).id).toBe(JSON.parse(id));
    expect(requestIdOf(frame)).toBe(JSON.parse(id));
  });

  test.for([
    ...[`"${'x'.repeat(65)}"`, `"${'👍'.repeat(33)}"`, '1.5', '1e-7', '1e400', '-1e21', 'true', '{}', '[]'],
    ...['9007199254740992', '9007199254740993', '-9007199254740992', '12345678901234567890'],
  ])('the id %s is refused, and does not come back', (id) => {
    const frame = `{"action":"ping","id":${id}}`;
    let refusal: unknown;
    try {
      decodeFrame(frame);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({
      code: 'BAD_REQUEST',
      details: { issues: [{ path: 'id', message: expect.stringContaining('64 characters') }] },
    });
    expect(requestIdOf(frame)).toBeUndefined();
  });

  test('whatever comes, it is a frame or a BAD_REQUEST with issues', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.object().map((o) => JSON.stringify(o)),
    );
    fc.assert(
      fc.property(text, (body) => {
        try {
          expect(decodeFrame(body)).toMatchObject({ action: expect.any(String) });
        } catch (error) {
          expect(error).toBeInstanceOf(ChatError);
          expect((error as ChatError).code).toBe('BAD_REQUEST');
          expect((error as ChatError).details.issues?.length).toBeGreaterThan(0);
        }
        requestIdOf(body);
      }),
    );
  });
});

describe('payloads', () => {
  test('any value is either parsed or a BAD_REQUEST, for every action', () => {
    const schemas = Object.values(clientToServer);
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.anything(), (schema, value) => {
        try {
          parse(schema as (typeof clientToServer)['ping'], value);
        } catch (error) {
          expect((error as ChatError).code).toBe('BAD_REQUEST');
        }
      }),
    );
  });

  test('a name is trimmed, text is not', () => {
    const { username } = parse(clientToServer.joinEvent, { eventId: 'e', username: ' ana ' });
    expect(username).toBe('ana');
    expect(parse(clientToServer.sendMessage, { text: ' hi ' }).text).toBe(' hi ');
  });

  test('lengths are JavaScript string lengths', () => {
    expect(
      parse(clientToServer.joinEvent, { eventId: 'e', username: '👍'.repeat(16) }).username,
    ).toHaveLength(32);
    expect(() => parse(clientToServer.joinEvent, { eventId: 'e', username: '👍'.repeat(17) })).toThrow(
      ChatError,
    );
  });
});

test('nothing internal leaves: any other error becomes INTERNAL with a request id to quote', () => {
  const data = toChatError(new Error('secret table name'), 'r1').toData();
  expect(data).toEqual({ code: 'INTERNAL', message: expect.any(String), requestId: 'r1' });
  expect(JSON.stringify(data)).not.toContain('secret');
});

test('a participant id tells nothing about its token, and is always the same', () => {
  expect(participantIdOf('a')).toBe(participantIdOf('a'));
  expect(participantIdOf('a')).not.toBe(participantIdOf('b'));
  expect(participantIdOf('a')).toMatch(/^[\w-]{22}$/);
});
