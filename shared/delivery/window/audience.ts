import { forEachConcurrently } from '../../concurrency.ts';
import { type ListedMember, listMembers, listNameless, type NamelessMember } from '../../store/members.ts';
import type { PresenceChanges } from '../../store/presence-history.ts';
import { renameTab } from '../../store/rename-tab.ts';
import type { Table } from '../../store/table.ts';

/** With its name, if the listing was asked for names. */
export type AudienceMember = NamelessMember | ListedMember;

export const hasName = (member: AudienceMember): member is ListedMember => 'namedAt' in member;

/** Lists the members of an event, all pages. Names are half of a member: without need they are not read. */
export async function readAudience(
  table: Table,
  eventId: string,
  { withNames }: { withNames: boolean },
): Promise<AudienceMember[]> {
  const members: AudienceMember[] = [];
  for await (const page of withNames ? listMembers(table, eventId) : listNameless(table, eventId)) {
    members.push(...page);
  }
  return members;
}

const CONCURRENCY = 25;
/** Tabs that one window renames. A person has the name of the tab that took it last, so the others only lag behind. */
const RENAMED_TABS = 500;

/** A participant has one name: the tabs in which it was not taken follow. While the lease is held: the next window goes by their names. */
export async function renameTabs(
  table: Table,
  eventId: string,
  members: readonly AudienceMember[],
  renamed: PresenceChanges['renamed'],
): Promise<void> {
  if (renamed.length === 0) return;
  const names = new Map(renamed.map(({ is: { id, username } }) => [id, username]));
  const due = members.filter(hasName).flatMap((tab) => {
    const username = names.get(tab.participant.id) ?? tab.participant.username;
    return username === tab.participant.username ? [] : [{ tab, username }];
  });
  await forEachConcurrently(due.slice(0, RENAMED_TABS), CONCURRENCY, async ({ tab, username }) => {
    await renameTab(table, eventId, tab, username);
  });
}
