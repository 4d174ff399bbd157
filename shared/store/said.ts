import { limits } from '../protocol/limits.ts';
import { updateIf } from './conditional.ts';
import { saidKey, tableKeys } from './keys.ts';
import { epochSeconds, type Table } from './table.ts';

interface Said {
  eventId: string;
  participantId: string;
  /** Of what they say. */
  hash: string;
  /** Which message says it: another try of the same one is no repeat. */
  by: string;
}

/** Marks what a participant says for half a minute. False: they have said it already, in another message. */
export async function markSaid(table: Table, { eventId, participantId, hash, by }: Said): Promise<boolean> {
  const now = Date.now();
  const expiresAt = now + limits.repeatSeconds * 1000;
  const marked = await updateIf(table, saidKey(eventId, participantId, hash), {
    UpdateExpression: 'SET #by = :by, expiresAt = :until, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now OR #by = :by',
    ExpressionAttributeNames: { '#by': 'by', '#ttl': tableKeys.timeToLive },
    ExpressionAttributeValues: {
      ':by': by,
      ':now': now,
      ':until': expiresAt,
      ':ttl': epochSeconds(expiresAt),
    },
  });
  return marked !== undefined;
}
