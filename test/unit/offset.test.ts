import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { decodeOffset, encodeOffset } from '../../shared/protocol/offset.ts';

test('what was encoded is decoded', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seq, presence) => {
      const place = { eventId: newId(), seq, presence };
      expect(decodeOffset(encodeOffset(place))).toEqual(place);
    }),
  );
});

test.for(['', 'hello', '1.2', '1.2.', '-1.2.e', '1.2.e.f', '1e3.2.e', `${'9'.repeat(16)}.0.e`, '1.2.e e'])(
  '%j is no offset of ours',
  (text) => {
    expect(decodeOffset(text)).toBeUndefined();
  },
);
