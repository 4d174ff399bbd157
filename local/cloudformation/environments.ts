import type { Stack } from './assembly.ts';
import type { Account } from './physical-id.ts';

/**
 * The account and region of each stack: those for which it was synthesized, else the default ones.
 *
 * @throws if two stacks have one name, as one stack in two regions has: everything is found by its name, which holds the
 *   stack's
 */
export function environmentsOf(stacks: readonly Stack[], defaults: Account): (stack: Stack) => Account {
  const accountOf = ({ environment }: Stack): Account => ({
    accountId: environment?.accountId ?? defaults.accountId,
    region: environment?.region ?? defaults.region,
  });
  const where = (stack: Stack) => Object.values(accountOf(stack)).join('/');
  for (const [at, stack] of stacks.entries()) {
    const other = stacks.slice(0, at).find(({ name }) => name === stack.name);
    if (!other) continue;
    throw new Error(
      `Two stacks are called ${stack.name}, in ${where(other)} and ${where(stack)}. ` +
        'The local stack can run only one of them.',
    );
  }
  return accountOf;
}
