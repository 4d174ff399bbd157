import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { cursorKey } from '../../shared/store/keys.ts';
import type { RunningChat } from '../support/run-chat.ts';

type Text = { S?: string; N?: string } | undefined;

/**
 * Moves the clock to the end of every lease that a killed Lambda holds: whoever is to deliver in its place would wait as
 * long in vain. Leases of the living are left alone, though they too see the clock move.
 */
export async function outliveLeases({ writes, clock, dynamodbEndpoint, tables }: RunningChat): Promise<void> {
  const { sk: cursor } = cursorKey('');
  const dead = writes.filter(({ environment, keys }) => environment.hasEnded && keys[0]?.endsWith(cursor));
  const owners = new Map<string, Set<string | undefined>>();
  for (const { keys, input } of dead) {
    const { S } = ((input.ExpressionAttributeValues as Record<string, Text> | undefined)?.[':owner'] ??
      {}) as {
      S?: string;
    };
    owners.set(`${keys[0]}`, (owners.get(`${keys[0]}`) ?? new Set()).add(S));
  }
  for (const [key, killed] of owners) {
    const [pk, sk] = key.split(' ') as [string, string];
    const query = { TableName: Object.values(tables)[0], Key: { pk: { S: pk }, sk: { S: sk } } };
    const { Item = {} } = (await callDynamoDB(dynamodbEndpoint, 'GetItem', {
      ...query,
      ConsistentRead: true,
    })) as { Item?: Record<string, Text> };
    const left = Number(Item.leaseUntil?.N) - clock.now();
    // What is free at a time is not free yet at that time.
    if (Item.lease?.S && killed.has(Item.lease.S) && left >= 0) clock.advance(left + 2);
  }
}
