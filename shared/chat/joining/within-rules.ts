import type { Author, Participant } from '../../protocol/entities.ts';
import { badRequest } from '../../protocol/parse.ts';
import type { EventHead } from '../../store/event-head.ts';
import { mutes } from '../../store/mutes.ts';
import type { Table } from '../../store/table.ts';
import { mutedError } from '../muted.ts';
import { blockedWordsOf } from '../rules/blocked-words-of.ts';
import { hasLink } from '../rules/links.ts';

/**
 * A guest without a role, as the rules of an event let them be shown: the muted cannot say anything by their name or metadata, and
 * in those of nobody is what messages may not have. `before`: as whom the connection is in the event. Throws `MUTED` for a muted
 * guest's new name, `BAD_REQUEST`.
 */
export async function withinRules<Guest extends Author>(
  table: Table,
  eventId: string,
  { mutedUntil = 0, words, links }: EventHead,
  guest: Guest,
  before: Participant | undefined,
): Promise<Guest> {
  const mute = mutedUntil > Date.now() ? await mutes.get(table, eventId, guest.id) : undefined;
  if (mute && before && !isShownAs(guest, before)) throw mutedError(mute);
  if (mute && !before) {
    const { metadata: _said, ...nameless } = guest;
    return { ...nameless, username: mute.username ?? guest.username } as Guest;
  }
  const isBlocked = words === undefined ? () => false : await blockedWordsOf(table, eventId, words);
  const parts = { username: [guest.username], metadata: Object.entries(guest.metadata ?? {}).flat() };
  for (const [path, texts] of Object.entries(parts)) {
    if (texts.some(isBlocked)) throw badRequest(path, 'has a word in it that this event does not allow');
    if (links === 'deny' && texts.some(hasLink)) throw badRequest(path, 'must not have links in this event');
  }
  return guest;
}

const isShownAs = (guest: Author, before: Participant): boolean =>
  guest.username === before.username && JSON.stringify(guest.metadata) === JSON.stringify(before.metadata);
