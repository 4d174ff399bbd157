import { updateIf } from './conditional.ts';
import type { Typing } from './connections.ts';
import { connectionKey } from './keys.ts';
import type { Table } from './table.ts';

/** Remembers that somebody types. */
export async function setTyping(table: Table, connectionId: string, typing: Typing): Promise<void> {
  await updateIf(table, connectionKey(connectionId), {
    UpdateExpression: 'SET #typing = :typing',
    // Never creates a connection that is gone.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#typing': 'typing' },
    ExpressionAttributeValues: { ':typing': typing },
  });
}

/** Forgets it. False: somebody else has, or they type anew. */
export async function clearTyping(table: Table, connectionId: string, typing: Typing): Promise<boolean> {
  const cleared = await updateIf(table, connectionKey(connectionId), {
    UpdateExpression: 'REMOVE #typing',
    ConditionExpression: '#typing = :typing',
    ExpressionAttributeNames: { '#typing': 'typing' },
    ExpressionAttributeValues: { ':typing': typing },
  });
  return cleared !== undefined;
}
