import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packFrames } from '../../shared/delivery/content/frames.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';

const typing = (username: string): ServerEvent => ({
  event: 'userTyping',
  data: { eventId: 'e', isTyping: true, participant: { id: 'p', username, joinedAt: 'now' } },
});

test('one event is an object, several are an array, none is no frame', () => {
  expect(packFrames('json', [])).toEqual([]);
  expect(packFrames('json', [typing('ana')])).toEqual([JSON.stringify(typing('ana'))]);
  expect(packFrames('json', [typing('ana'), typing('bob')])).toEqual([
    JSON.stringify([typing('ana'), typing('bob')]),
  ]);
});

test('an event that is too large for any frame gets one of its own', () => {
  const large = typing('x'.repeat(500));
  expect(packFrames('json', [typing('a'), large, typing('b')], 200)).toEqual(
    [typing('a'), large, typing('b')].map((e) => JSON.stringify(e)),
  );
});

test('whatever is packed comes out again, in order, in frames within the limit and no more than needed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 60 }),
      fc.integer({ min: 250, max: 2_000 }),
      (names, maxBytes) => {
        const events = names.map(typing);
        const fitting = events.every((event) => Buffer.byteLength(JSON.stringify(event)) + 3 <= maxBytes);
        fc.pre(fitting);
        const frames = packFrames('json', events, maxBytes);
        expect(frames.flatMap((frame) => JSON.parse(frame))).toEqual(JSON.parse(JSON.stringify(events)));
        for (const [i, frame] of frames.entries()) {
          expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(maxBytes);
          const [first] = [JSON.parse(frames[i + 1] ?? 'null')].flat();
          // The first event of the next frame would not have fitted.
          const fuller = JSON.stringify([JSON.parse(frame), first].flat());
          if (first) expect(Buffer.byteLength(fuller)).toBeGreaterThan(maxBytes);
        }
      },
    ),
  );
});

test('Socket.IO: one packet an event, with its offset as the last argument', () => {
  const ana = { ...typing('ana'), offset: { eventId: 'e', seq: 1, presence: 0 } };
  expect(packFrames('socketio', [ana, typing('bob')])).toEqual([
    `42${JSON.stringify(['userTyping', typing('ana').data, '1.0.e'])}`,
    `42${JSON.stringify(['userTyping', typing('bob').data])}`,
  ]);
});

test('Socket.IO with batch: one packet for all, with the last offset; split where a frame is full', () => {
  const events = ['ana', 'bob', 'cid'].map((name, i) => ({
    ...typing(name),
    offset: { eventId: 'e', seq: i, presence: 0 },
  }));
  const pair = (i: number) => [events[i]?.event, events[i]?.data];
  expect(packFrames('socketio-batch', events)).toEqual([
    `42${JSON.stringify(['batch', [pair(0), pair(1), pair(2)], '2.0.e'])}`,
  ]);
  expect(packFrames('socketio-batch', events, 400)).toEqual([
    `42${JSON.stringify(['batch', [pair(0), pair(1)], '1.0.e'])}`,
    `42${JSON.stringify(['batch', [pair(2)], '2.0.e'])}`,
  ]);
  expect(packFrames('socketio-batch', [typing('ana')])).toEqual([
    `42${JSON.stringify(['batch', [[typing('ana').event, typing('ana').data]]])}`,
  ]);
});
