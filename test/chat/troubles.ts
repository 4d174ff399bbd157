import { vi } from 'vitest';
import type { ChatOnTable } from './chat-on-table.ts';

const realNow = Date.now.bind(Date);
let passed = 0;

/** Lets so much time pass, for everything that asks `Date.now`. */
export function later(ms: number): void {
  if (!vi.isMockFunction(Date.now)) passed = 0;
  passed += ms;
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + passed);
}

export const isWrite = ({ constructor: { name } }: object) =>
  /^(Put|Update|Delete|TransactWrite|BatchWrite)/.test(name);

/** Whoever makes the so manieth write from now on dies of it: it is made, and nobody hears so. */
export function dieAfterWrite(room: ChatOnTable, write: number): void {
  let left = write;
  room.after(
    (command) => {
      if (isWrite(command)) left -= 1;
      return left === 0;
    },
    () => {
      throw new Error('died');
    },
  );
}
