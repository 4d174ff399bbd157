import { badRequest } from '../protocol/parse.ts';
import type { Cursor } from '../store/cursor.ts';
import { getMessage, type Quote, quote } from '../store/messages.ts';
import type { Chat } from './chat.ts';
import { readableEnd } from './history.ts';

/** What a reply to this number says of it. Throws `BAD_REQUEST` if there is no message that everybody may read by now. */
export async function quoteOf(
  { table }: Chat,
  eventId: string,
  seq: number,
  seen: Cursor | undefined,
): Promise<Quote> {
  const original = await getMessage(table, eventId, seq);
  const isReadable = async () => seq <= (seen?.delivered ?? 0) || seq <= (await readableEnd(table, eventId));
  if (!original || !(await isReadable()))
    throw badRequest('replyTo', 'must be the seq of a message of this event');
  return quote(original);
}
