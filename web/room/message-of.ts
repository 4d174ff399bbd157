import type { ErrorData } from '../../client/index.ts';

/** What to show people of a failure. The client's own errors have a code and no words. */
export function messageOf(failure: unknown): string {
  if (!(failure instanceof Error)) return 'Something went wrong.';
  return failure.message === 'INTERNAL' ? 'There is no answer from the server.' : failure.message;
}

/** The same for an error of a room: why, where the server said why. */
export const reasonOf = ({ message, reason, issues: [issue] = [] }: ErrorData): string =>
  issue ? `Your name ${issue.message}.` : (reason ?? messageOf(new Error(message)));

/** What the rules of an event call their reasons. */
const rules: Record<string, string> = {
  word: 'It has a word that is not allowed here.',
  link: 'Links are not allowed here.',
  repeat: 'You have just said the same.',
};

/** Why a message was not sent. */
export const rejectionOf = ({ message, reason, issues: [issue] = [] }: ErrorData): string =>
  issue ? `It ${issue.message}.` : reason ? (rules[reason] ?? reason) : messageOf(new Error(message));
