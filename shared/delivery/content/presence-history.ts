import { isSocketIo } from '../../protocol/wire.ts';
import type { Cursor } from '../../store/cursor.ts';
import type { NamelessMember } from '../../store/members.ts';
import { type PresenceChanges, partsOf, putPresenceRecord } from '../../store/presence-history.ts';
import type { Delivery } from '../types.ts';

/** Keeps what a window tells of comings and goings, where somebody may be away and come back. Resolves to its number. */
export async function keepNews(
  { table, settings }: Delivery,
  eventId: string,
  { delivered: after, news }: Cursor,
  told: {
    delivered: number;
    members: readonly NamelessMember[];
    changes: PresenceChanges;
    summarize: boolean;
  },
): Promise<number> {
  const { delivered: upTo, members, changes, summarize } = told;
  const isNews = changes.joined.length + changes.left.length + changes.renamed.length > 0;
  // Where there was one, somebody may come back whose membership has lapsed.
  if (!isNews || (news === 0 && !members.some(({ wire }) => isSocketIo(wire)))) return news;
  const expiresAt = Date.now() + settings.recoverySeconds * 1000;
  let number = news;
  for (const part of partsOf(changes, summarize)) {
    const next = { number: number + 1, after, upTo, changes: part, summarize };
    number = await putPresenceRecord(table, eventId, next, expiresAt);
  }
  return number;
}
