import { forEachConcurrently } from '../../concurrency.ts';
import {
  type ListedMember,
  listMembers,
  listNameless,
  type NamelessMember,
  renameTab,
} from '../../store/members.ts';
import type { Table } from '../../store/table.ts';
import { byParticipant } from '../content/presence-changes.ts';

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
/** So many tabs one window renames; a later one goes on. */
const RENAMED_TABS = 500;

/** A participant has one name, the newest: the tabs in which it was not taken follow. */
export async function renameTabs(
  table: Table,
  eventId: string,
  members: readonly AudienceMember[],
): Promise<void> {
  const due = [...byParticipant(members.filter(hasName)).values()].flatMap((tabs) => {
    const { username } = tabs.reduce((a, b) => (b.namedAt > a.namedAt ? b : a)).participant;
    return tabs
      .filter(({ participant }) => participant.username !== username)
      .map((tab) => ({ tab, username }));
  });
  await forEachConcurrently(due.slice(0, RENAMED_TABS), CONCURRENCY, async ({ tab, username }) => {
    await renameTab(table, eventId, tab, username);
  });
}
