import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announce, peopleOf, presenceChanges } from '../../shared/delivery/content/presence-changes.ts';
import type { Member } from '../../shared/store/members.ts';
import type { OutboxEntry } from '../../shared/store/presence-outbox.ts';

const person = (id: string, username = id) => ({ id, username, joinedAt: '2030-01-01T00:00:00.000Z' });
const member = (connectionId: string, id: string, username = id, namedAt = 1): Member => ({
  connectionId,
  wire: 'json',
  participant: person(id, username),
  namedAt,
  state: 'live',
  joinId: 'j',
  heldSince: 1,
  expiresAt: Number.POSITIVE_INFINITY,
});
let ulid = 0;
const entry = (kind: OutboxEntry['kind'], { connectionId, participant, namedAt }: Member): OutboxEntry => ({
  ulid: String(ulid++).padStart(6, '0'),
  kind,
  connectionId,
  participant,
  namedAt,
});
const names = (people: { username: string }[]) => people.map((p) => p.username);

describe('what the outbox comes to', () => {
  const ana = member('c1', 'ana');
  const tab = member('c2', 'ana');

  test('a first tab is an arrival', () => {
    expect(presenceChanges([entry('joined', ana)], [ana])).toMatchObject({
      joined: [{ id: 'ana' }],
      participantCount: 1,
    });
  });

  test('a second tab is none', () => {
    expect(presenceChanges([entry('joined', tab)], [ana, tab])).toMatchObject({
      joined: [],
      participantCount: 1,
    });
  });

  test('two tabs at once are one arrival', () => {
    const { joined } = presenceChanges([entry('joined', ana), entry('joined', tab)], [ana, tab]);
    expect(names(joined)).toEqual(['ana']);
  });

  test('one tab less is no departure, the last one is', () => {
    expect(presenceChanges([entry('left', tab)], [ana]).left).toEqual([]);
    expect(names(presenceChanges([entry('left', ana)], []).left)).toEqual(['ana']);
  });

  test('coming and going, or going and coming back, is not announced', () => {
    expect(presenceChanges([entry('joined', ana), entry('left', ana)], [])).toMatchObject({
      joined: [],
      left: [],
    });
    expect(presenceChanges([entry('left', ana), entry('joined', tab)], [tab])).toMatchObject({
      joined: [],
      left: [],
    });
  });

  test('what changed after the listing is as the outbox says', () => {
    // Left, and back through another tab that the listing does not know yet.
    expect(presenceChanges([entry('left', ana), entry('joined', tab)], [])).toEqual({
      joined: [],
      left: [],
      renamed: [],
      participantCount: 1,
    });
    // A second tab came; the first one, gone since, is listed still.
    expect(presenceChanges([entry('joined', tab), entry('left', ana)], [ana, tab])).toMatchObject({
      joined: [],
      left: [],
      participantCount: 1,
    });
    // Gone again before anybody was told.
    expect(presenceChanges([entry('joined', ana), entry('left', ana)], [ana])).toMatchObject({
      joined: [],
      left: [],
      participantCount: 0,
    });
  });

  test('another name is a renaming, also from another tab', () => {
    const renamed = {
      ...entry('renamed', member('c1', 'ana', 'anna', 2)),
      previous: { username: 'ana', namedAt: 1 },
    };
    expect(presenceChanges([renamed], [member('c1', 'ana', 'anna', 2)]).renamed).toMatchObject([
      { was: { username: 'ana' }, is: { username: 'anna' } },
    ]);
    const other = member('c2', 'ana', 'anna', 2);
    expect(presenceChanges([entry('joined', other)], [ana, other]).renamed).toHaveLength(1);
  });
});

/** Random tabs come and go; windows run, and list before they read the outbox, at random moments. What is announced must always add up to who is there. */
test('whoever listens to all windows knows who is there', () => {
  const step = fc.record({ tab: fc.nat(5), act: fc.constantFrom('join', 'leave', 'list', 'window') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const rows = new Map<string, Member>();
      let outbox: OutboxEntry[] = [];
      const known = new Set<string>();
      let listed: Member[] = [];
      const runWindow = () => {
        const { joined, left, participantCount } = presenceChanges(outbox, listed);
        for (const { id } of joined) {
          expect(known).not.toContain(id);
          known.add(id);
        }
        for (const { id } of left) expect(known.delete(id)).toBe(true);
        expect(participantCount).toBe(known.size);
        outbox = [];
        listed = [...rows.values()];
      };
      for (const { tab, act } of steps) {
        // Three people with two tabs each.
        const row = member(`c${tab}`, `p${tab % 3}`);
        if (act === 'list') listed = [...rows.values()];
        else if (act === 'window') runWindow();
        else if (act === 'join' && !rows.has(row.connectionId)) {
          rows.set(row.connectionId, row);
          outbox.push(entry('joined', row));
        } else if (act === 'leave' && rows.delete(row.connectionId)) outbox.push(entry('left', row));
      }
      runWindow();
      expect([...known].sort()).toEqual(
        peopleOf(rows.values())
          .map((p) => p.id)
          .sort(),
      );
    }),
  );
});

test('many at once are summed up with at most 20 names, one alone is not', () => {
  const crowd = Array.from({ length: 30 }, (_, i) => person(`p${i}`));
  const summary = announce('userJoined', 'e', crowd, { participantCount: 99, summarize: true });
  expect(summary).toEqual([
    { event: 'userJoined', data: { eventId: 'e', participants: crowd.slice(0, 20), participantCount: 99 } },
  ]);
  expect(announce('userLeft', 'e', crowd.slice(0, 1), { participantCount: 98, summarize: true })).toEqual([
    { event: 'userLeft', data: { eventId: 'e', participant: crowd[0], participantCount: 98 } },
  ]);
  expect(announce('userLeft', 'e', crowd, { participantCount: 0, summarize: false })).toHaveLength(30);
});
