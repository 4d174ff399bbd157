import { limits } from '../protocol/limits.ts';
import { updateIf } from './conditional.ts';
import { signalReactions as signalHead } from './event-head.ts';
import { countedKey, REACTION_SHARDS, reactionShardKey, reactionSignalKey } from './keys.ts';
import { batchGet, epochSeconds, getItem, type Table } from './table.ts';
import { transact } from './transaction.ts';

/** How often, by reaction. */
export type Counts = Record<string, number>;

/** Who asks to have something counted, and which of their requests it is. */
export interface CountedRequest {
  caller: string;
  requestId: string;
}

/**
 * Counts reactions, all or nothing, in a random shard: they only ever grow. In a transaction, though it is one item: the SDK
 * repeats a write whose answer was lost, and would count twice. With `request`, which is not counted again within ten
 * minutes. False: it was counted before.
 */
export async function countReactions(
  table: Table,
  eventId: string,
  counts: Counts,
  request?: CountedRequest,
): Promise<boolean> {
  const entries = Object.entries(counts);
  const failed = await transact(table, [
    {
      Update: {
        Key: reactionShardKey(eventId, Math.floor(Math.random() * REACTION_SHARDS)),
        UpdateExpression: `ADD ${entries.map((_, index) => `#${index} :${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(
          entries.map(([reaction], index) => [`#${index}`, reaction]),
        ),
        ExpressionAttributeValues: Object.fromEntries(
          entries.map(([, count], index) => [`:${index}`, count]),
        ),
      },
    },
    ...(request ? [markCounted(eventId, request)] : []),
  ]);
  return failed.length === 0;
}

function markCounted(eventId: string, { caller, requestId }: CountedRequest) {
  const now = Date.now();
  const expiresAt = now + limits.idempotencySeconds * 1000;
  return {
    Put: {
      Item: { ...countedKey(eventId, caller, requestId), expiresAt, ttl: epochSeconds(expiresAt) },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': now },
    },
  };
}

/** Of the head's `reactions`: the last that is known to be there, and the last that a window has taken. */
interface Signal {
  signalled?: number;
  taken?: number;
}

/**
 * Says that reactions, which are counted already, wait for a window: on the head, but only if nobody has since a window last took
 * them. If somebody has, that window is still to read the counts, and finds these. True: the caller was first.
 */
export async function signalReactions(table: Table, eventId: string): Promise<boolean> {
  const key = reactionSignalKey(eventId);
  const { signalled = 0, taken = 0 } = (await getItem<Signal>(table, key)) ?? {};
  if (signalled > taken) return false;
  const head = await signalHead(table, eventId, taken);
  if (!head) return false;
  // Afterwards: whoever finds it relies on the head.
  await raise(table, eventId, 'signalled', head.reactions);
  return true;
}

/**
 * All that was counted, for the window that has found `signal` on the head. That is written down first: whoever counts after we
 * have read signals anew.
 */
export async function takeReactions(table: Table, eventId: string, signal: number): Promise<Counts> {
  await raise(table, eventId, 'taken', signal);
  const keys = Array.from({ length: REACTION_SHARDS }, (_, shard) => reactionShardKey(eventId, shard));
  const totals: Counts = {};
  for (const { pk: _pk, sk: _sk, ...counts } of await batchGet(table, keys)) {
    for (const [reaction, count] of Object.entries(counts as Counts)) {
      totals[reaction] = (totals[reaction] ?? 0) + count;
    }
  }
  return totals;
}

async function raise(table: Table, eventId: string, field: keyof Signal, value: number): Promise<void> {
  await updateIf(table, reactionSignalKey(eventId), {
    UpdateExpression: 'SET #field = :value',
    // Somebody who was slow must not take it back.
    ConditionExpression: 'attribute_not_exists(#field) OR #field < :value',
    ExpressionAttributeNames: { '#field': field },
    ExpressionAttributeValues: { ':value': value },
  });
}
