import { z } from 'zod';

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: z.unknown().optional(),
});

export type Statement = z.infer<typeof statementSchema>;

export const policyDocumentSchema = z.object({
  Statement: z.union([z.array(statementSchema), statementSchema.transform((one) => [one])]),
});

/**
 * Whether identity-based policies allow an action: some statement allows it and none denies it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * Conditions are not evaluated: a conditional Allow allows, a conditional Deny does not deny.
 */
export function allows(statements: readonly Statement[], action: string, resource: string): boolean {
  const applying = statements.filter((statement) => applies(statement, action, resource));
  if (applying.some((s) => s.Effect === 'Deny' && s.Condition === undefined)) return false;
  return applying.some((s) => s.Effect === 'Allow');
}

function applies(statement: Statement, action: string, resource: string): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  // Actions are case-insensitive, resources are not.
  const asked = action.toLowerCase();
  const ofAction = (patterns: string[]) => patterns.some((p) => matches(p.toLowerCase(), asked));
  const ofResource = (patterns: string[]) => patterns.some((p) => matches(p, resource));
  if (Action ? !ofAction(Action) : !NotAction || ofAction(NotAction)) return false;
  return Resource ? ofResource(Resource) : NotResource !== undefined && !ofResource(NotResource);
}

/** `*` is any number of characters, `?` is one. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.+()|[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
