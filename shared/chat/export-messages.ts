import { limits } from '../protocol/limits.ts';
import type { Chat } from './chat.ts';
import { readableEnd, readPage } from './history.ts';

/**
 * The messages of an event after a `seq` as JSON lines, oldest first, as many as fit into an answer; a line that says how to go on ends
 * them. `next`: the `after` of the next request, if there is more.
 */
export async function exportMessages(
  { table }: Pick<Chat, 'table'>,
  eventId: string,
  { after = 0 }: { after?: number | undefined },
): Promise<{ lines: string; next?: number }> {
  const end = await readableEnd(table, eventId);
  const page = await readPage(
    table,
    eventId,
    end,
    { after, limit: Number.POSITIVE_INFINITY },
    limits.exportBytes,
  );
  const { messages, hasMore, deletedSeqs } = page;
  const upTo = hasMore ? (page.upTo ?? messages.at(-1)?.seq ?? after) : Math.max(after, end);
  const lines = [...messages, { upTo, hasMore, ...(deletedSeqs && { deletedSeqs }) }]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
  return hasMore ? { lines, next: upTo } : { lines };
}
