import { listMembers, listNameless, type NamelessMember } from '../../store/members.ts';
import { renameTab } from '../../store/memberships.ts';
import type { PresenceChanges } from '../../store/presence-history.ts';
import { type OutboxEntry, readOutbox } from '../../store/presence-outbox.ts';
import type { Table } from '../../store/table.ts';
import { presenceChanges } from '../content/presence-changes.ts';

/** Who is there, and what is to be told of that. */
export interface Audience {
  members: readonly NamelessMember[];
  notes: readonly OutboxEntry[];
  changes: PresenceChanges;
  /** A participant has one name: the tabs that it did not take it in follow. */
  renameTabs(): Promise<void>;
}

/** Lists the members. If nobody has rung for presence there are no notes to be read, and names are of no interest. */
export async function readAudience(table: Table, eventId: string, hasRung: boolean): Promise<Audience> {
  if (!hasRung) {
    const members = await all(listNameless(table, eventId));
    const participantCount = new Set(members.map(({ participant }) => participant.id)).size;
    const changes = { joined: [], left: [], renamed: [], participantCount };
    return { members, notes: [], changes, renameTabs: async () => {} };
  }
  const members = await all(listMembers(table, eventId));
  // After the listing: whoever came or went in between has left a note, and the notes are right.
  const notes = await readOutbox(table, eventId);
  const changes = presenceChanges(notes, members);
  return {
    ...{ members, notes, changes },
    async renameTabs() {
      for (const { is } of changes.renamed) {
        const others = members.filter(
          ({ participant }) => participant.id === is.id && participant.username !== is.username,
        );
        for (const tab of others) await renameTab(table, eventId, tab, is.username);
      }
    },
  };
}

async function all<Item>(pages: AsyncIterable<Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}
