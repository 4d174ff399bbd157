import * as z from 'zod';
import { ChatError, type Issue } from './errors.ts';

/** The messages for faults for which a schema has no message of its own. */
z.config({
  customError: (issue) => {
    if (issue.code !== 'invalid_type') return undefined;
    return issue.input === undefined ? 'is required' : `must be ${article(issue.expected)} ${issue.expected}`;
  },
});

const article = (noun: string) => (/^[aeiou]/.test(noun) ? 'an' : 'a');

/** Parses `value`, or throws `BAD_REQUEST` with one issue for every fault. Unknown fields are dropped. */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ChatError('BAD_REQUEST', { issues: result.error.issues.map(toIssue) });
}

export function toIssue(issue: z.core.$ZodIssue): Issue {
  return { path: issue.path.join('.'), message: issue.message };
}

/** A fault that no schema can express. */
export function badRequest(path: string, message: string): ChatError {
  return new ChatError('BAD_REQUEST', { issues: [{ path, message }] });
}
