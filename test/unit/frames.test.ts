import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packFrames } from '../../shared/delivery/frames.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';

const typing = (username: string): ServerEvent => ({
  event: 'userTyping',
  data: { eventId: 'e', isTyping: true, participant: { id: 'p', username, joinedAt: 'now' } },
});

test('one event is an object, several are an array, none is no frame', () => {
  expect(packFrames([])).toEqual([]);
  expect(packFrames([typing('ana')])).toEqual([JSON.stringify(typing('ana'))]);
  expect(packFrames([typing('ana'), typing('bob')])).toEqual([
    JSON.stringify([typing('ana'), typing('bob')]),
  ]);
});

test('an event that is too large for any frame gets one of its own', () => {
  const large = typing('x'.repeat(500));
  expect(packFrames([typing('a'), large, typing('b')], 200)).toEqual(
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
        const frames = packFrames(events, maxBytes);
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
