import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf, type Recipient } from '../../shared/delivery/posting/chunks.ts';

/** Versions that recipients share, as a window makes them. */
const versions = [['a'], ['b', 'bb'], ['quoted "text"'.repeat(20)], []];

const recipients = fc
  .array(fc.record({ version: fc.nat(3), had: fc.nat(1) }), { maxLength: 200 })
  .map((all) =>
    all.map(({ version, had }, i): Recipient => {
      const frames = versions[version] ?? [];
      return { connectionId: `c${i}`, frames, had: Math.min(had, Math.max(0, frames.length - 1)) };
    }),
  );

test('everybody who is to get something is in one chunk, with what is left of its frames', () => {
  fc.assert(
    fc.property(recipients, (all) => {
      const chunks = [...chunksOf(all, { connections: 7, frames: 9, bytes: 400 })];
      const due = chunks.flatMap((chunk) =>
        chunk.batches.flatMap(({ frames, connectionIds }) => connectionIds.map((id) => [id, frames])),
      );
      const expected = all
        .filter(({ frames }) => frames.length > 0)
        .map(({ connectionId, frames, had }) => [connectionId, frames.slice(had)]);
      expect(due.sort()).toEqual(expected.sort());
      const named = chunks.flatMap((chunk) => chunk.recipients.map(({ connectionId }) => connectionId));
      expect(named.sort()).toEqual(expected.map(([id]) => id));
    }),
  );
});

test('chunks keep within the limits; frames that are shared are in a chunk once', () => {
  fc.assert(
    fc.property(recipients, (all) => {
      for (const chunk of chunksOf(all, { connections: 7, frames: 9, bytes: 400 })) {
        const { batches } = chunk;
        const connections = batches.flatMap(({ connectionIds }) => connectionIds);
        const frames = batches.reduce((sum, one) => sum + one.frames.length * one.connectionIds.length, 0);
        expect(chunk.frames).toBe(frames);
        expect(connections.length).toBe(chunk.recipients.length);
        expect(connections.length).toBeLessThanOrEqual(7);
        if (connections.length > 1) expect(frames).toBeLessThanOrEqual(9);
        if (connections.length > 1) expect(JSON.stringify(batches).length).toBeLessThanOrEqual(700);
        expect(new Set(chunk.recipients.filter((one) => one.had === 0).map((one) => one.frames)).size).toBe(
          batches.filter((batch) => versions.includes(batch.frames as string[])).length,
        );
      }
    }),
  );
});
