import { type UpdateInput, updateIf } from './conditional.ts';
import type { EventHead } from './event-head.ts';
import { changedGroup, changedGroups, eventHeadKey, tableKeys } from './keys.ts';
import { type Item, listGroup, type Table } from './table.ts';

/**
 * Changes a head under a condition, and puts it into the index, where the sweep finds it though nobody else may. It stays at its place
 * there until `setDelivered`, so that a busy event does not write the index again and again.
 */
export async function changeHead(
  table: Table,
  eventId: string,
  { UpdateExpression = '', ExpressionAttributeNames, ExpressionAttributeValues, ...input }: UpdateInput,
): Promise<Item | undefined> {
  const { index } = tableKeys;
  const changed = 'SET #group = :group, #rank = :rank';
  const isSet = UpdateExpression.startsWith('SET ');
  return updateIf(table, eventHeadKey(eventId), {
    ...input,
    UpdateExpression: isSet
      ? UpdateExpression.replace('SET', `${changed},`)
      : `${changed} ${UpdateExpression}`,
    ExpressionAttributeNames: {
      ...ExpressionAttributeNames,
      '#group': index.partition,
      '#rank': index.sort,
    },
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ':group': changedGroup(eventId),
      ':rank': eventId,
    },
  });
}

/** Takes a head out of the index: all that it says, as it was read, is delivered. Does nothing if it has changed since. */
export async function setDelivered(
  table: Table,
  eventId: string,
  { seq, outbox, reactions }: Pick<EventHead, 'seq' | 'outbox' | 'reactions'>,
): Promise<void> {
  const { index } = tableKeys;
  await updateIf(table, eventHeadKey(eventId), {
    UpdateExpression: 'REMOVE #group, #rank',
    ConditionExpression:
      'seq = :seq AND outbox = :outbox AND (attribute_not_exists(reactions) OR reactions = :reactions)',
    ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort },
    ExpressionAttributeValues: { ':seq': seq, ':outbox': outbox, ':reactions': reactions },
  });
}

/** Ids of the events whose heads have changed since a sweep found everything delivered. The index is eventually consistent. */
export async function listChanged(table: Table): Promise<string[]> {
  const ids: string[] = [];
  for (const group of changedGroups) {
    for await (const { rank } of listGroup(table, group)) ids.push(rank);
  }
  return ids;
}
