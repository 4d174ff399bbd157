import { expect } from 'vitest';
import { ChatError, type ErrorData } from '../../shared/protocol/errors.ts';

/** Stacks, files, JavaScript's own errors, keys of the table, what it all runs on, ids of connections. */
const internal =
  /\bat [^"]*:\d+:\d+|node:|\/var\/task|\.m?[jt]s\b|(Type|Range|Syntax|Reference|Zod)Error|\b(EVENT|CONN|SESSION|SENT|SAID|RATE|BAN|MUTE|MSG)#|Dynamo|Lambda|amazonaws|connectionId|"[\w-]{15}="/i;

export const expectNothingInternal = (text: string): void => expect(text).not.toMatch(internal);

/** It has a code of the contract with its sentence, and is not our fault. */
export function expectRefusal(error: ErrorData): void {
  expect(error.code).not.toBe('INTERNAL');
  expect(error).toMatchObject(new ChatError(error.code).toData());
}
