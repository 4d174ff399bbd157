import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { forEachConcurrently } from '../../../shared/concurrency.ts';
import { newId, newSecret, participantIdOf } from '../../../shared/ids.ts';
import { createEvent } from '../../../shared/store/events.ts';
import { putHeld } from '../../../shared/store/join.ts';
import type { Item, Table } from '../../../shared/store/table.ts';
import { newConnectionId } from './connection-id.ts';

/** What one request may write: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const BATCH = 25;
const WRITERS = 8;
const SAY_EVERY = 25_000;
const LIFETIME_MS = 3_600_000;

/** A new event in which so many are live, who have had nothing and were announced long ago. Resolves to its id. */
export async function newAudience(
  table: Table,
  members: number,
  say: (line: string) => void,
): Promise<string> {
  const eventId = newId();
  await createEvent(table, eventId, { name: `For ${members}` }, Date.now());
  let written = 0;
  await forEachConcurrently(batches(eventId, members), WRITERS, async (items) => {
    const requests = items.map((Item) => ({ PutRequest: { Item } }));
    const command = new BatchWriteCommand({ RequestItems: { [table.name]: requests } });
    const { UnprocessedItems } = await table.client.send(command);
    if (UnprocessedItems?.[table.name]) throw new Error('DynamoDB did not take a whole batch');
    written += items.length;
    if (written % SAY_EVERY === 0) say(`${written} of ${members} members are there`);
  });
  return eventId;
}

function* batches(eventId: string, members: number): Generator<Item[]> {
  for (let from = 0; from < members; from += BATCH) {
    const length = Math.min(BATCH, members - from);
    yield Array.from({ length }, (_, i) => liveMember(eventId, `Somebody ${from + i}`));
  }
}

/** The row that a member has after its join. */
function liveMember(eventId: string, username: string): Item {
  const now = Date.now();
  const id = participantIdOf(newSecret());
  const participant = { id, username, joinedAt: new Date(now).toISOString() };
  const connection = {
    connectionId: newConnectionId(),
    wire: 'json',
    expiresAt: now + LIFETIME_MS,
    rank: '',
  } as const;
  const { Put } = putHeld(connection, { eventId, participant, namedAt: now }, { joinId: newId() });
  return { ...Put?.Item, state: 'live', after: 0, start: 0 };
}
