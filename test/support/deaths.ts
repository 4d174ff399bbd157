import { expect } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { cursorKey } from '../../shared/store/keys.ts';
import type { RunningChat } from './run-chat.ts';

type Text = { S?: string; N?: string } | undefined;

/** After which write a function dies: the `writes`-th of those with `of` in the key. */
export interface Death {
  readonly function: string;
  readonly of?: string;
  readonly writes: number;
}

/** One write by what is written: a name for people, what its key has in it, and the how manieth such write it is. */
export type Mark = readonly [name: string, of: string, writes: number];

/** What a window writes that serves people at once; the third write of the cursor is another window's. */
export const windowMarks: readonly Mark[] = [
  ['the lease', 'CURSOR', 1],
  ['the frame quota', 'QUOTA#', 1],
  ['the end of the window', 'CURSOR', 2],
  ['the lease of another window', 'CURSOR', 3],
];

/** The same, of one that tells who came or left; so many writes of the outbox came before. */
export const presenceMarks = (outboxWrites: number): readonly Mark[] => [
  ...windowMarks,
  ['the presence record', 'PRESENCE#', 1],
  ['the emptied outbox', 'OUTBOX#', outboxWrites + 1],
];

/** Runs what is to die: after so many writes of such a function, if it comes so far. */
export async function dieAfterWrites(
  stack: RunningChat,
  death: Death,
  run: () => Promise<unknown>,
): Promise<void> {
  const { faults } = stack;
  const { of, ...rest } = death;
  const fault = { ...rest, ...(of && { of }), times: 1 };
  faults.killAfterWrites = fault;
  // A dead Lambda answers nobody.
  const answered = run().catch(() => {});
  await Promise.race([answered, expect.poll(() => fault.times).toBe(0)]);
  delete faults.killAfterWrites;
  await outliveLeases(stack);
}

/** Every write of a function since `from` is in the table of its deaths: none is forgotten when one is added. */
export function expectListed(
  { writes }: RunningChat,
  from: number,
  name: string,
  marks: readonly Mark[],
): void {
  for (const { environment, keys } of writes.slice(from)) {
    if (!environment.fn.logicalId.includes(name)) continue;
    const isListed = marks.some(([, of]) => keys.some((key) => key.includes(of)));
    expect(isListed, `a write of ${keys.join(', ')}, which is in no row`).toBe(true);
  }
}

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
