import { updateIf } from './conditional.ts';
import { eventKey } from './keys.ts';
import { getItem, type Table } from './table.ts';

/** The number of the message that is pinned in an event: its text stands in the log alone. */
export async function getPin(table: Table, eventId: string): Promise<number | undefined> {
  return (await getItem<{ pinned?: number }>(table, eventKey(eventId)))?.pinned;
}

/** Pins a message instead of the one before. */
export async function setPin(table: Table, eventId: string, seq: number): Promise<void> {
  await updateIf(table, eventKey(eventId), {
    UpdateExpression: 'SET pinned = :seq',
    // Never creates half an event.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':seq': seq },
  });
}

/** Takes a pin away; of several callers with a number, only what is still that. */
export async function clearPin(table: Table, eventId: string, seq?: number): Promise<void> {
  await updateIf(table, eventKey(eventId), {
    UpdateExpression: 'REMOVE pinned',
    ...(seq === undefined
      ? { ConditionExpression: 'attribute_exists(pk)' }
      : { ConditionExpression: 'pinned = :seq', ExpressionAttributeValues: { ':seq': seq } }),
  });
}
