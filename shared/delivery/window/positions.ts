import type { Place } from '../../protocol/offset.ts';
import type { Cursor } from '../../store/cursor.ts';
import type { ListedViewer } from '../../store/members.ts';

/** So many members a cursor can remember: an item has at most 400 KB. */
export const PENDING_MAX = 5_000;

export interface Positions {
  /** Where nearly all are: what windows have delivered. */
  usual: Place;
  /** Live members that are elsewhere: further, with a history that reached further; or back, skipped. */
  unusual: ReadonlyMap<string, Place>;
  /**
   * Held members have no position yet: the cursor remembers the first thing that each of them misses. Those who are away
   * will say themselves where they were.
   */
  pending: Cursor['pending'];
}

type Known = Pick<Cursor, 'delivered' | 'presence' | 'pending'>;

/** The place after which each member is to be served. */
export function positionsOf(cursor: Known, members: readonly ListedViewer[]): Positions {
  const usual = { seq: cursor.delivered, presence: cursor.presence };
  const pending: Cursor['pending'] = {};
  const unusual = new Map<string, Place>();
  for (const { connectionId, state, after = NOWHERE } of members) {
    const { seq, presence } = cursor.pending[connectionId] ?? usual;
    if (state === 'held') pending[connectionId] = { seq, presence };
    if (state !== 'live') continue;
    const place = { seq: Math.max(seq, after.seq), presence: Math.max(presence, after.presence) };
    if (place.seq !== usual.seq || place.presence !== usual.presence) unusual.set(connectionId, place);
  }
  return { usual, unusual, pending };
}

const NOWHERE: Place = { seq: 0, presence: 0 };

export const placeIn = ({ usual, unusual }: Positions, connectionId: string): Place =>
  unusual.get(connectionId) ?? usual;

/** The place before all of these. */
export function earliestOf(usual: Place, others: Iterable<Place>): Place {
  let { seq, presence } = usual;
  for (const place of others) {
    seq = Math.min(seq, place.seq);
    presence = Math.min(presence, place.presence);
  }
  return { seq, presence };
}
