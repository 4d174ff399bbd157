import {
  type ListedMember,
  listMembers,
  listNameless,
  type NamelessMember,
  renameTab,
} from '../../store/members.ts';
import type { PresenceChanges } from '../../store/presence-history.ts';
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

/** A participant has one name: the tabs in which it was not taken follow. */
export async function renameTabs(
  table: Table,
  eventId: string,
  members: readonly AudienceMember[],
  renamed: PresenceChanges['renamed'],
): Promise<void> {
  for (const { is } of renamed) {
    const tabs = members.filter(hasName).filter(({ participant }) => participant.id === is.id);
    for (const tab of tabs) {
      if (tab.participant.username !== is.username) await renameTab(table, eventId, tab, is.username);
    }
  }
}
