import { forEachConcurrently } from '../../concurrency.ts';
import { listMembers } from '../../store/members.ts';
import { setHost } from '../../store/roles.ts';
import type { Chat } from '../chat.ts';

const CONCURRENCY = 10;

/** Gives those who are in an event and have become its hosts their role, and takes it from those who are none any more. */
export async function tellHostsApart(
  { table }: Pick<Chat, 'table'>,
  eventId: string,
  before: readonly string[],
  now: readonly string[],
): Promise<void> {
  const changed = new Set([...before, ...now].filter((id) => before.includes(id) !== now.includes(id)));
  if (changed.size === 0) return;
  for await (const page of listMembers(table, eventId)) {
    const tabs = page.filter(({ participant }) => changed.has(participant.id));
    await forEachConcurrently(tabs, CONCURRENCY, async (tab) => {
      await setHost(table, eventId, tab, now.includes(tab.participant.id));
    });
  }
}
