import { limits } from '../protocol/limits.ts';
import { updateIf } from './conditional.ts';
import { sentKey } from './keys.ts';
import { logItem, type StoredMessage } from './log.ts';
import { epochSeconds, getItem, type Table } from './table.ts';
import { transact } from './transaction.ts';

/** The idempotency records: which message a participant's `clientMessageId` became. */

interface SentMarker {
  message: StoredMessage;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export async function getSent(
  table: Table,
  {
    eventId,
    participantId,
    clientMessageId,
  }: { eventId: string; participantId: string; clientMessageId: string },
): Promise<StoredMessage | undefined> {
  const marker = await getItem<SentMarker>(table, sentKey(eventId, participantId, clientMessageId));
  return marker && marker.expiresAt > Date.now() ? marker.message : undefined;
}

/** Leaves the marker of a message that is deleted, so that a repeat still finds it, but not what it said. */
export async function clearText(
  table: Table,
  { id, eventId, participant, clientMessageId }: StoredMessage,
): Promise<void> {
  if (clientMessageId === undefined) return;
  await updateIf(table, sentKey(eventId, participant.id, clientMessageId), {
    UpdateExpression: 'SET #message.#text = :nothing REMOVE #message.#metadata',
    // Not another message's, that was sent with the same id after ten minutes.
    ConditionExpression: '#message.id = :id',
    ExpressionAttributeNames: { '#message': 'message', '#text': 'text', '#metadata': 'metadata' },
    ExpressionAttributeValues: { ':nothing': '', ':id': id },
  });
}

/**
 * Puts a message on its number together with its marker, or neither. `repeated`: another send had the marker first;
 * `taken`: a reader closed the number because we were slow.
 */
export async function putOnce(
  table: Table,
  message: StoredMessage & { clientMessageId: string },
  expiresAt: number,
): Promise<'put' | 'repeated' | 'taken'> {
  const now = Date.now();
  const markerExpiresAt = now + limits.idempotencySeconds * 1000;
  const [failed] = await transact(table, [
    {
      Put: {
        Item: {
          ...sentKey(message.eventId, message.participant.id, message.clientMessageId),
          message,
          expiresAt: markerExpiresAt,
          ttl: epochSeconds(markerExpiresAt),
        } satisfies SentMarker & Record<string, unknown>,
        // The first send of this id, or the first within ten minutes.
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
        ExpressionAttributeValues: { ':now': now },
      },
    },
    {
      Put: {
        Item: logItem(message.eventId, { seq: message.seq, kind: 'message', message }, expiresAt),
        // Nobody closed the number.
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ]);
  if (failed === undefined) return 'put';
  return failed === 0 ? 'repeated' : 'taken';
}
