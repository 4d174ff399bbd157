import { getBlockedWords } from '../../store/blocked-words.ts';
import type { Table } from '../../store/table.ts';
import { matcherOf } from './matcher.ts';

/** A list of 500 long words takes a few megabytes. */
const MOST = 20;

/** What an execution environment knows of events that it was in lately. */
const known = new Map<string, { version: string; isBlocked: (text: string) => boolean }>();

/** What tells whether a text has a blocked word, as the event's list of this version says. One read for each list and environment. */
export async function blockedWordsOf(
  table: Table,
  eventId: string,
  version: string,
): Promise<(text: string) => boolean> {
  const last = known.get(eventId);
  if (last?.version === version) return last.isBlocked;
  // Of this version or a newer one that the head has not yet: the list is put first.
  const isBlocked = matcherOf(await getBlockedWords(table, eventId));
  known.delete(eventId);
  known.set(eventId, { version, isBlocked });
  const [oldest = ''] = known.keys();
  if (known.size > MOST) known.delete(oldest);
  return isBlocked;
}
