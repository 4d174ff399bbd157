import { randomUUID } from 'node:crypto';

const environment = randomUUID();

// Waits until the file exists, so that tests decide when an invocation ends.
export const handler = async ({ until, result }) => {
  const { existsSync, appendFileSync } = await import('node:fs');
  if (until) {
    appendFileSync(`${until}.started`, `${environment}\n`);
    while (!existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return result ?? environment;
};
