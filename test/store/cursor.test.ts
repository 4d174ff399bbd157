import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { getCursor, newCursor } from '../../shared/store/cursor.ts';
import { release, renewLease, settle, takeLease } from '../../shared/store/cursor-lease.ts';
import { createEvent } from '../../shared/store/events.ts';
import { cursorKey } from '../../shared/store/keys.ts';
import type { Table } from '../../shared/store/table.ts';
import { timing } from '../../shared/timing.ts';
import { newTable } from '../support/database.ts';

let table: Table;
beforeEach(async () => {
  table = await newTable();
  await createEvent(table, 'e', { name: 'E' }, Date.now());
});
const progress = newCursor;

test('of ten who want the lease, one gets it, and lets go of it', async () => {
  const taken = await Promise.all(Array.from({ length: 10 }, (_, i) => takeLease(table, 'e', `owner ${i}`)));
  const [mine] = taken.filter(Boolean);
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await release(table, 'e', mine?.lease ?? '', { ...progress, delivered: 8 })).toBe(true);
  const free = await getCursor(table, 'e');
  expect(free).toMatchObject({ delivered: 8 });
  expect(free?.lease).toBeUndefined();
});

test('the lease of a dead holder runs out, and the dead can neither keep nor settle it', async () => {
  await takeLease(table, 'e', 'dead');
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: cursorKey('e'),
      UpdateExpression: 'SET leaseUntil = leaseUntil - :ms',
      ExpressionAttributeValues: { ':ms': timing.leaseMs + 1 },
    }),
  );
  expect(await takeLease(table, 'e', 'heir')).toMatchObject({ lease: 'heir' });
  expect(await renewLease(table, 'e', 'dead')).toBe(false);
  expect(await settle(table, 'e', 'dead', { ...progress, delivered: 5 })).toBeUndefined();
  expect(await release(table, 'e', 'dead', progress)).toBe(false);
  expect(await getCursor(table, 'e')).toMatchObject({ lease: 'heir', delivered: 0 });
});

test('there is no lease on an event that is not there, and none is made', async () => {
  expect(await takeLease(table, 'nowhere', 'me')).toBeUndefined();
  expect(await getCursor(table, 'nowhere')).toBeUndefined();
});
