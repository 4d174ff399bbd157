import type { Author, Participant } from '../../protocol/entities.ts';
import { badRequest } from '../../protocol/parse.ts';
import type { EventHead } from '../../store/event-head.ts';
import { mutes } from '../../store/mutes.ts';
import type { Table } from '../../store/table.ts';
import { mutedError } from '../muted.ts';
import { brokenRule } from '../rules/broken-rule.ts';

/**
 * A guest without a role, as the rules of an event let them be shown: the muted cannot say anything by their name or metadata, and
 * in those of nobody is what messages may not have. `before`: as whom the connection is in the event. Throws `MUTED` for a muted
 * guest's new name, `BAD_REQUEST`.
 */
export async function withinRules<Guest extends Author>(
  table: Table,
  eventId: string,
  head: EventHead,
  guest: Guest,
  before: Participant | undefined,
): Promise<Guest> {
  const { mutedUntil = 0 } = head;
  const mute = mutedUntil > Date.now() ? await mutes.get(table, eventId, guest.id) : undefined;
  if (mute && before && !isShownAs(guest, before)) throw mutedError(mute);
  if (mute && !before) {
    const { metadata: _said, ...nameless } = guest;
    return { ...nameless, username: mute.username ?? guest.username } as Guest;
  }
  const parts = { username: [guest.username], metadata: Object.entries(guest.metadata ?? {}).flat() };
  for (const [path, texts] of Object.entries(parts)) {
    const broken = await brokenRule(table, eventId, head, texts);
    if (broken) throw badRequest(path, faults[broken]);
  }
  return guest;
}

const faults = {
  word: 'has a word in it that this event does not allow',
  link: 'must not have links in this event',
};

const isShownAs = (guest: Author, before: Participant): boolean =>
  guest.username === before.username && JSON.stringify(guest.metadata) === JSON.stringify(before.metadata);
