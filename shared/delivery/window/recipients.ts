import { setImmediate as immediate } from 'node:timers/promises';
import type { Place } from '../../protocol/offset.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import type { Pending } from '../../store/cursor.ts';
import { isTokenExpired } from '../../store/members.ts';
import type { Composer } from '../content/compose.ts';
import type { Recipient } from '../posting/chunks.ts';
import type { Unserved } from '../posting/poster.ts';
import type { AudienceMember } from './audience.ts';
import { type Positions, placeIn } from './positions.ts';

/** Members for whom frames are made without a pause. */
const YIELD_EVERY = 100;

/** Those who take part, or those who watch: with places of their own. */
export interface Group {
  members: readonly AudienceMember[];
  positions: Positions;
  /** To where a window takes whoever is at the usual place. */
  end: Place;
  /** What all of them hear after it. */
  besides: readonly ServerEvent[];
}

interface Terms {
  composer: Composer;
  /** When the window began, milliseconds since the epoch. */
  startedAt: number;
  /** Listed, but somewhere else by now. */
  isElsewhere: (member: AudienceMember, group: Group) => boolean;
}

/** Who gets what; whoever does not come to the end of their group keeps a place in its `pending`. `behind`: how many those are. */
export async function recipientsOf(
  groups: readonly Group[],
  { composer, startedAt, isElsewhere }: Terms,
): Promise<{ recipients: Recipient[]; behind: number }> {
  const recipients: Recipient[] = [];
  let behind = 0;
  let index = 0;
  for (const { member, group } of inOrder(groups)) {
    // The lease is renewed meanwhile.
    if (index++ % YIELD_EVERY === YIELD_EVERY - 1) await immediate();
    const { connectionId, state } = member;
    const { pending } = group.positions;
    if (state !== 'live' || isTokenExpired(member, startedAt)) continue;
    const place = placeIn(group.positions, connectionId);
    // Not posted to. If clocks differed and it is there after all, the next window serves it.
    if (isElsewhere(member, group)) {
      pending[connectionId] = place;
      continue;
    }
    const version = composer.versionFor(member, place, group.besides);
    if (version) recipients.push({ connectionId, frames: version.frames, had: 0 });
    if (version?.end === group.end) continue;
    pending[connectionId] = version?.end ?? place;
    behind += 1;
  }
  return { recipients, behind };
}

/** Notes the places to which those came who were not served in full. */
export function keepPlaces(
  groups: readonly Group[],
  unserved: readonly (Unserved & Pick<Pending, 'failingSince'>)[],
  versionFor: Composer['versionFor'],
): void {
  if (unserved.length === 0) return;
  const known = new Map(unserved.map((one) => [one.connectionId, one]));
  for (const { members, positions, besides } of groups) {
    for (const member of members) {
      const { connectionId } = member;
      const one = known.get(connectionId);
      if (!one || member.state !== 'live') continue;
      const place = placeIn(positions, connectionId);
      const { failingSince } = one;
      positions.pending[connectionId] = {
        ...(versionFor(member, place, besides)?.reached[one.had - 1] ?? place),
        ...(failingSince !== undefined && { failingSince }),
      };
    }
  }
}

/** Whoever is at the usual place of their group first, then whoever is furthest behind. */
function* inOrder(groups: readonly Group[]): Generator<{ member: AudienceMember; group: Group }> {
  const others: { member: AudienceMember; group: Group; seq: number }[] = [];
  for (const group of groups) {
    for (const member of group.members) {
      const place = group.positions.unusual.get(member.connectionId);
      if (place) others.push({ member, group, seq: place.seq });
      else yield { member, group };
    }
  }
  yield* others.sort((a, b) => a.seq - b.seq);
}
