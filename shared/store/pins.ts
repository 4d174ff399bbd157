import { updateIf } from './conditional.ts';
import { eventKey } from './keys.ts';
import { getItem, type Table } from './table.ts';

export interface Pin {
  /** The number of the message that is pinned in an event: its text stands in the log alone. */
  pinned?: number;
  /** How far the log went when somebody pinned or unpinned something last. */
  pinnedAsOf?: number;
}

export async function getPin(table: Table, eventId: string): Promise<Pin> {
  return (await getItem<Pin>(table, eventKey(eventId))) ?? {};
}

/** Pins a message instead of the one before. `asOf`: the last number of the log. */
export async function setPin(table: Table, eventId: string, seq: number, asOf: number): Promise<void> {
  await updateIf(table, eventKey(eventId), {
    UpdateExpression: 'SET pinned = :seq, pinnedAsOf = :asOf',
    // Never creates half an event.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':seq': seq, ':asOf': asOf },
  });
}

/** Takes the pin away, whatever it is. */
export async function clearPin(table: Table, eventId: string, asOf: number): Promise<void> {
  await updateIf(table, eventKey(eventId), {
    UpdateExpression: 'SET pinnedAsOf = :asOf REMOVE pinned',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':asOf': asOf },
  });
}

/** Takes away the pin of a message that was deleted, unless another is pinned by now. */
export async function clearPinOf(table: Table, eventId: string, seq: number): Promise<void> {
  await updateIf(table, eventKey(eventId), {
    UpdateExpression: 'REMOVE pinned',
    ConditionExpression: 'pinned = :seq',
    ExpressionAttributeValues: { ':seq': seq },
  });
}
