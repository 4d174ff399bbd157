import type { ErrorData } from '../../client/index.ts';

/** What to show people of a failure. The client's own errors have a code and no words. */
export function messageOf(failure: unknown): string {
  if (!(failure instanceof Error)) return 'Something went wrong.';
  return failure.message === 'INTERNAL' ? 'There is no answer from the server.' : failure.message;
}

/** The same for an error of a room: why, where the server said why. */
export const reasonOf = ({ message, reason, issues: [issue] = [] }: ErrorData): string =>
  issue ? `Your name ${issue.message}.` : (reason ?? messageOf(new Error(message)));
