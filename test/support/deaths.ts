import { expect } from 'vitest';
import type { Entry } from '../../infra/built.ts';
import { cursorKey } from '../../shared/store/keys.ts';
import type { Stage } from './stage.ts';

/** One write of a function that was carried out. */
export interface Written {
  readonly by: Entry;
  /** Of the items that were put, updated or deleted, such as `EVENT#1 MSG#2`. */
  readonly keys: readonly string[];
  readonly input: Readonly<Record<string, unknown>>;
  /** Whether the execution environment that wrote it is. */
  readonly isDead: () => boolean;
}

/** After which write a function dies: the `writes`-th of those with `of` in the key. */
export interface Death {
  readonly function: Entry;
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

/** Kills what acts after one of its writes, if it comes so far, and does it again. */
export async function twice(
  stage: Stage,
  by: Entry,
  marks: readonly Mark[],
  [, of, writes]: Mark,
  act: () => Promise<unknown>,
): Promise<void> {
  const from = stage.writes.length;
  await stage.dieAfterWrites({ function: by, of, writes }, act);
  await act();
  expectListed(stage, from, by, marks);
}

/** Every write of a function since `from` is in the table of its deaths: none is forgotten when one is added. */
export function expectListed({ writes }: Stage, from: number, name: Entry, marks: readonly Mark[]): void {
  for (const { by, keys } of writes.slice(from)) {
    if (by !== name) continue;
    const isListed = marks.some(([, of]) => keys.some((key) => key.includes(of)));
    expect(isListed, `a write of ${keys.join(', ')}, which is in no row`).toBe(true);
  }
}

/** Until when those have the leases of events who are dead, milliseconds since the epoch. */
export function deadLeases(
  writes: readonly Written[],
  items: readonly Readonly<Record<string, unknown>>[],
): number[] {
  const { sk: cursor } = cursorKey('');
  const owners = new Set(
    writes
      .filter(({ isDead, keys }) => keys[0]?.endsWith(cursor) && isDead())
      .map(({ input }) => textOf(Object(input.ExpressionAttributeValues)[':owner'])),
  );
  return items
    .filter(({ sk, lease }) => sk === cursor && lease !== undefined && owners.has(`${lease}`))
    .map(({ leaseUntil }) => Number(leaseUntil));
}

/** As the document client has it, or the wire. */
const textOf = (value: unknown) => (typeof value === 'string' ? value : Object(value).S);
