import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { decodeOffset, encodeOffset } from '../../shared/protocol/offset.ts';

test('what was encoded is decoded', () => {
  const place = fc.record({
    eventId: fc.constant(null).map(newId),
    seq: fc.nat(),
    news: fc.nat(),
  });
  fc.assert(fc.property(place, (one) => expect(decodeOffset(encodeOffset(one))).toEqual(one)));
});

test.for(['', 'hello', '1.2', '1.2.', '-1.2.e', '1.2.e.f', '1e3.2.e', `${'9'.repeat(16)}.0.e`, '1.2.e e'])(
  '%j is no offset of ours',
  (text) => expect(decodeOffset(text)).toBeUndefined(),
);
