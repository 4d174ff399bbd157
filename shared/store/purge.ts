import type { Message } from '../protocol/entities.ts';
import { EVENT_HEAD, type Key, META, sentKey } from './keys.ts';
import { queryPages, type Table } from './table.ts';

/** So many items a page, at most: between two of them a deletion looks at the clock. */
const PAGE_SIZE = 500;

/**
 * Keys of everything in a partition of an event, page after page: but for its details and its head, by which a deletion is
 * found; and with the idempotency markers of its messages.
 */
export async function* keysOfPartition(table: Table, partition: string): AsyncGenerator<Key[]> {
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': partition },
    ProjectionExpression: 'pk, sk, #message.eventId, #message.participant.id, #message.clientMessageId',
    ExpressionAttributeNames: { '#message': 'message' },
    ConsistentRead: true,
    Limit: PAGE_SIZE,
  });
  for await (const page of pages) {
    yield page.flatMap(({ pk, sk, message }) => {
      if (sk === META || sk === EVENT_HEAD) return [];
      const key: Key = { pk: String(pk), sk: String(sk) };
      return [...markerOf(message as Partial<Message> | undefined), key];
    });
  }
}

function markerOf({ eventId, participant, clientMessageId }: Partial<Message> = {}): Key[] {
  if (!eventId || !participant || clientMessageId === undefined) return [];
  return [sentKey(eventId, participant.id, clientMessageId)];
}
