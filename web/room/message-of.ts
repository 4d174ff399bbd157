/** What to show people of a failure. */
export const messageOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : 'Something went wrong.';
