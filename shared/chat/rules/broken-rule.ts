import type { EventHead } from '../../store/event-head.ts';
import type { Table } from '../../store/table.ts';
import { blockedWordsOf } from './blocked-words-of.ts';
import { hasLink } from './links.ts';

/** What one of these texts has in it that the rules of an event forbid; undefined: nothing. */
export async function brokenRule(
  table: Table,
  eventId: string,
  { words, links }: Pick<Partial<EventHead>, 'words' | 'links'>,
  texts: readonly string[],
): Promise<'word' | 'link' | undefined> {
  if (words !== undefined && texts.some(await blockedWordsOf(table, eventId, words))) return 'word';
  return links === 'deny' && texts.some(hasLink) ? 'link' : undefined;
}
