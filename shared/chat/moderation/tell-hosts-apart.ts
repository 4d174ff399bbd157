import { forEachConcurrently } from '../../concurrency.ts';
import { listMembers } from '../../store/members.ts';
import { setHost } from '../../store/roles.ts';
import type { Chat } from '../chat.ts';

const CONCURRENCY = 10;

/**
 * Gives those who are in an event and are among its hosts their role, and takes it from those who are not any more. It goes by what is
 * stored of each, and so finishes what a crash left undone.
 */
export async function tellHostsApart(
  { table }: Pick<Chat, 'table'>,
  eventId: string,
  hosts: readonly string[],
): Promise<void> {
  for await (const page of listMembers(table, eventId)) {
    // Another role comes with a token, and stays.
    const tabs = page.filter(
      ({ participant: { id, role } }) => role === (hosts.includes(id) ? undefined : 'host'),
    );
    await forEachConcurrently(tabs, CONCURRENCY, async (tab) => {
      await setHost(table, eventId, tab, hosts.includes(tab.participant.id));
    });
  }
}
